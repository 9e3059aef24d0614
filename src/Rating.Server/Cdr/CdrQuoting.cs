namespace Rating.Server.Cdr;

/// <summary>How a writer of CDR files quotes. Every style but <see cref="Rfc4180"/> was found in a real system's export.</summary>
public enum CdrQuoting
{
    /// <summary>A quoted field is wholly in quotes and doubles the quotes inside it (map word <c>rfc4180</c>).</summary>
    Rfc4180,

    /// <summary>
    /// A quoted field ends at the first quote that stands before a delimiter or the line end; quotes before it are text (map word <c>until-delimiter</c>).
    /// PBXware: <c>""User 01" &lt;1115>",</c>.
    /// </summary>
    UntilDelimiter,

    /// <summary>
    /// Quotes only protect delimiters; a field that is not wholly in quotes keeps them as text (map word <c>protect</c>).
    /// FreePBX: <c>"User 9" &lt;113>,</c>.
    /// </summary>
    Protect,

    /// <summary>Quotes are text like any other (map word <c>none</c>).</summary>
    None,
}
