using System.Text;
using System.Text.RegularExpressions;

namespace Rating.Server.Cdr;

/// <summary>One test of one column, from a closed list.</summary>
/// <remarks>All but <see cref="Kind.Matches"/> compare bytes; a regular expression costs a decoding per row, so the built-in maps have none.</remarks>
public sealed class CdrPredicate
{
    private readonly byte[][] _texts;
    private readonly int _length;
    private readonly Regex? _regex;

    private CdrPredicate(CdrColumn column, Kind test, byte[][] texts, int length, Regex? regex) =>
        (Column, Test, _texts, _length, _regex) = (column, test, texts, length, regex);

    /// <summary>The closed list of tests.</summary>
    public enum Kind
    {
        /// <summary>The text is one of a list (map words <c>equals</c> and <c>in</c>). A null column equals the empty text.</summary>
        In,

        /// <summary>The text begins so (map word <c>starts_with</c>).</summary>
        StartsWith,

        /// <summary>The text has at least one and fewer than so many characters (map word <c>shorter_than</c>): an extension, not a public number.</summary>
        ShorterThan,

        /// <summary>A regular expression finds a match (map word <c>matches</c>).</summary>
        Matches,
    }

    /// <summary>The column tested.</summary>
    public CdrColumn Column { get; }

    /// <summary>The kind of test.</summary>
    public Kind Test { get; }

    /// <summary>The text is one of <paramref name="texts"/>.</summary>
    public static CdrPredicate In(CdrColumn column, IEnumerable<string> texts) =>
        new(column, Kind.In, [.. texts.Select(Encoding.UTF8.GetBytes)], 0, null);

    /// <summary>The text begins with <paramref name="text"/>.</summary>
    public static CdrPredicate StartsWith(CdrColumn column, string text) =>
        new(column, Kind.StartsWith, [Encoding.UTF8.GetBytes(text)], 0, null);

    /// <summary>The text has 1 to <paramref name="length"/> - 1 characters.</summary>
    public static CdrPredicate ShorterThan(CdrColumn column, int length) => new(column, Kind.ShorterThan, [], length, null);

    /// <summary><paramref name="pattern"/> finds a match. It never backtracks, so a hostile row cannot make it slow.</summary>
    /// <exception cref="ArgumentException">Not a regular expression.</exception>
    /// <exception cref="NotSupportedException">Needs backtracking (look-around, back-reference).</exception>
    public static CdrPredicate Matches(CdrColumn column, string pattern) =>
        new(column, Kind.Matches, [], 0, new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));

    /// <summary>Whether <paramref name="utf8"/> passes; a null column is given as empty.</summary>
    public bool Holds(ReadOnlySpan<byte> utf8)
    {
        switch (Test)
        {
            case Kind.In:
                foreach (var text in _texts)
                    if (utf8.SequenceEqual(text))
                        return true;
                return false;
            case Kind.StartsWith:
                return utf8.StartsWith(_texts[0]);
            case Kind.ShorterThan:
                // More than 4 bytes a character do not exist, so the count is only taken of short texts.
                return !utf8.IsEmpty && (utf8.Length < _length || (utf8.Length < _length * 4 && Encoding.UTF8.GetCharCount(utf8) < _length));
            default:
                return _regex!.IsMatch(Encoding.UTF8.GetString(utf8));
        }
    }
}
