using System.Buffers;

namespace Rating.Domain.Pricing;

/// <summary>A pattern for whole numbers: digits for themselves, X any digit, N 2 to 9, Z 1 to 9, a final point for one or more digits more.</summary>
public sealed class NumberPattern
{
    private static readonly SearchValues<char> Places = SearchValues.Create("0123456789XNZ");

    private NumberPattern(string text) => Text = text;

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>How many digits a number has at least that fits.</summary>
    public int DigitsMin => Text.Length;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="Refused"><c>numbering.pattern</c></exception>
    public static NumberPattern Parse(string text)
    {
        var body = text.EndsWith('.') ? text.AsSpan(0, text.Length - 1) : text;
        return text.Length is >= 1 and <= 40 && !body.ContainsAnyExcept(Places) && (body.Length > 0 || text == ".")
            ? new NumberPattern(text)
            : throw new Refused("numbering.pattern", $"'{text}' is not a pattern: digits, X (any), N (2 to 9), Z (1 to 9), and perhaps a point at the end, at most 40.");
    }

    /// <summary>Whether a number, given as digits, fits.</summary>
    public bool Fits(ReadOnlySpan<byte> digits)
    {
        var isOpen = Text[^1] == '.';
        if (isOpen ? digits.Length < Text.Length : digits.Length != Text.Length) return false;
        for (var i = 0; i < (isOpen ? Text.Length - 1 : Text.Length); i++)
        {
            var digit = digits[i];
            var fits = Text[i] switch { 'X' => true, 'N' => digit >= (byte)'2', 'Z' => digit >= (byte)'1', var same => digit == same };
            if (!fits) return false;
        }

        return true;
    }
}
