using System.Text;

namespace Rating.Domain.Usage;

/// <summary>A text as the UTF-8 bytes that it came in: a string of it is made only when somebody asks, which for most texts of most records is never.</summary>
/// <remarks>Its bytes belong to the record that it is part of, and hold as long as that record is not filled anew. <c>default</c> is the empty text.</remarks>
public readonly struct Utf8Text
{
    private readonly byte[]? _bytes;
    private readonly int _start;

    /// <summary>A text within bytes that are known to be UTF-8.</summary>
    public Utf8Text(byte[] bytes, int start, int length) => (_bytes, _start, Length) = (bytes, start, length);

    /// <summary>The text of a string.</summary>
    public Utf8Text(string text) : this(text.Length == 0 ? [] : Encoding.UTF8.GetBytes(text)) { }

    private Utf8Text(byte[] bytes) : this(bytes, 0, bytes.Length) { }

    /// <summary>How many bytes it has.</summary>
    public int Length { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Span => new(_bytes, _start, Length);

    /// <summary>Whether it is the same text as a string.</summary>
    public bool Is(string text) => Ascii.Equals(Span, text) || (text.Length < Length && string.Equals(ToString(), text, StringComparison.Ordinal));

    /// <summary>The text as a string, made anew each time.</summary>
    public override string ToString() => Length == 0 ? "" : Encoding.UTF8.GetString(Span);
}
