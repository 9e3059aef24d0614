namespace Rating.Tests.Cdr;

/// <summary>Where the real files lie that tests read in place: <c>RATING_SHARED_DATA</c>, or <c>shared/data</c> beside the repository or above it (a worktree lies deeper).</summary>
internal static class SharedData
{
    public static string? Folder { get; } = Find();

    public static string Cdr(string path) => Path.Combine(Folder!, "cdr", path);

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("RATING_SHARED_DATA") is { Length: > 0 } named)
            return Directory.Exists(Path.Combine(named, "cdr")) ? named : null;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rating.sln")))
            folder = folder.Parent;
        for (folder = folder?.Parent; folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(Path.Combine(candidate, "cdr")))
                return candidate;
        }
        return null;
    }
}
