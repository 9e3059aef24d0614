namespace Rating.Server.Commands;

/// <summary>What a command's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Refused: nothing was changed; asking again the same way fails the same way.</summary>
    public const int Refused = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The server or the data folder cannot be reached now; try again.</summary>
    public const int Unavailable = 3;

    /// <summary>A check failed: the count does not close, the auditor found something, a figure is not as expected.</summary>
    public const int CheckFailed = 4;

    /// <summary>Stopped by Ctrl-C or a signal.</summary>
    public const int Stopped = 130;

    /// <summary>Them in words, for <c>--help</c>.</summary>
    public const string Help = "Exit codes: 0 done, 1 refused, 2 wrong usage, 3 unavailable (try again), 4 a check failed, 130 stopped.";
}
