using Rating.Domain;

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

    /// <summary>Most extra columns of a map: an event's data may have <see cref="Limits.DataFieldsMax"/> fields, and four are taken.</summary>
    public const int ExtraColumnsMax = Limits.DataFieldsMax - 4;

    /// <summary>First and last year (inclusive) of an event's time.</summary>
    public const int YearMin = 2000, YearMax = 2199;
}
