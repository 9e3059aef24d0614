namespace Rating.Tests.Processes;

/// <summary>A test of real processes; reported as skipped where the program is not built.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProcessFactAttribute : FactAttribute
{
    public ProcessFactAttribute() => Skip = RatingProgram.Missing;
}
