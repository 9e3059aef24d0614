namespace Rating.Tests.Faults;

/// <summary>A theory of real servers under faults; reported as skipped with what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultTheoryAttribute : TheoryAttribute
{
    public FaultTheoryAttribute() => Skip = FaultFactAttribute.Missing;
}
