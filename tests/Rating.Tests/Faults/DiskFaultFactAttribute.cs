namespace Rating.Tests.Faults;

/// <summary>A test that fills a disk of its own; reported as skipped where none may be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DiskFaultFactAttribute : FactAttribute
{
    public DiskFaultFactAttribute() => Skip = FaultFactAttribute.Missing ?? SmallDisk.Missing;
}
