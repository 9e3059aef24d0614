namespace Rating.Server.Cdr;

/// <summary>What one CDR file may ask of this process. Beyond a limit a row is refused, never cut and billed.</summary>
public static class CdrLimits
{
    /// <summary>Longest line that is still a row, in bytes without its line end.</summary>
    public const int LineBytesMax = 64 * 1024;

    /// <summary>How much of a refused row's text is kept, in bytes.</summary>
    public const int RefusedBytesMax = 4 * 1024;

    /// <summary>Most columns of one row.</summary>
    public const int ColumnsMax = 1024;

    /// <summary>Largest map file, in bytes.</summary>
    public const int MapBytesMax = 256 * 1024;

    /// <summary>Longest believable call, in seconds (366 days). More is most often milliseconds read as seconds.</summary>
    public const long DurationSecondsMax = 366L * 24 * 3600;

    /// <summary>First and last year (inclusive) of a believable call.</summary>
    public const int YearMin = 1970, YearMax = 2199;
}
