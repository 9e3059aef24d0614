namespace Rating.Tests.Cdr;

/// <summary>A theory over real CDR files; reported as skipped where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealCdrTheoryAttribute : TheoryAttribute
{
    public RealCdrTheoryAttribute()
    {
        if (SharedData.Folder is null)
            Skip = "The real CDR files are not here: ../shared/data beside the repository, or RATING_SHARED_DATA.";
    }
}
