namespace Rating.TestKit;

/// <summary>Where the built program is: <c>RATING_EXE</c>, else what was built in this checkout.</summary>
public static class RatingProgram
{
    public static readonly string? Dll = Find();

    /// <summary>Why the tests of real processes cannot run here; null when they can.</summary>
    public static readonly string? Missing = OperatingSystem.IsWindows() ? "It needs the signals of Unix."
        : Dll is null ? "The program is not built: ./test builds it, or RATING_EXE names its rating.dll." : null;

    /// <summary>The sample provider's files.</summary>
    public static string Sample(string name) => Path.Combine(Root(), "samples", name);

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("RATING_EXE") is { Length: > 0 } named) return File.Exists(named) ? named : null;
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var built = Path.Combine(Root(), "src", "Rating.Server", "bin", framework.Parent!.Name, framework.Name, "rating.dll");
        return File.Exists(built) ? built : null;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rating.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No Rating.sln above {AppContext.BaseDirectory}.");
        return folder;
    }
}
