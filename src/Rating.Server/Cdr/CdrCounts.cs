namespace Rating.Server.Cdr;

/// <summary>Where every line of a file went; the parts always add up to <see cref="Lines"/>.</summary>
public sealed class CdrCounts
{
    /// <summary>Lines, each ended by LF, CRLF, CR or the end of the file.</summary>
    public long Lines => Header + Blank + Comment + Usable + Refused;

    /// <summary>The header and the lines that the map skips after it.</summary>
    public long Header { get; internal set; }

    /// <summary>Lines of nothing or of blanks.</summary>
    public long Blank { get; internal set; }

    /// <summary>Lines that begin with the map's comment mark.</summary>
    public long Comment { get; internal set; }

    /// <summary>Rows that became a usable <see cref="CdrRow"/>.</summary>
    public long Usable { get; internal set; }

    /// <summary>Rows refused.</summary>
    public long Refused { get; internal set; }

    /// <summary>Whether the last row is usable though its line has no end. Cut within its last column it looks like this, too.</summary>
    public bool IsLastRowOpen { get; internal set; }

    /// <summary>Rows that need a verdict: usable and refused.</summary>
    public long Rows => Usable + Refused;
}
