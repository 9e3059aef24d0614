namespace Rating.Tests.Processes;

/// <summary>Tests of real processes; reported as skipped where the program is not built.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProcessTheoryAttribute : TheoryAttribute
{
    public ProcessTheoryAttribute() => Skip = RatingProgram.Missing;
}
