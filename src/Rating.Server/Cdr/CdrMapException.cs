namespace Rating.Server.Cdr;

/// <summary>A map is wrong: nothing was read with it. The message names the map, the field, and what to write instead.</summary>
public sealed class CdrMapException : Exception
{
    /// <param name="map">The map's file, or <c>built-in NAME</c>.</param>
    /// <param name="field">Dotted path of the field, such as <c>time.zone</c>; empty when the whole document is wrong.</param>
    /// <param name="problem">What is wrong and what to do.</param>
    /// <param name="inner">What found it, if anything did.</param>
    public CdrMapException(string map, string field, string problem, Exception? inner = null)
        : base(field.Length == 0 ? $"{map}: {problem}" : $"{map}: {field}: {problem}", inner)
    {
        Map = map;
        Field = field;
    }

    /// <summary>The map's file, or <c>built-in NAME</c>.</summary>
    public string Map { get; }

    /// <summary>Dotted path of the field; empty when the whole document is wrong.</summary>
    public string Field { get; }
}
