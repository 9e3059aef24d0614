using System.Buffers;
using System.Buffers.Text;
using Rating.Domain;

namespace Rating.Server.Cdr;

/// <summary>Reads a call's duration, exactly.</summary>
internal static class CdrDuration
{
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789."u8);

    /// <summary>Reads <paramref name="text"/>, counted in <paramref name="unit"/>, as seconds.</summary>
    /// <returns>False when it is no number, is negative, or is longer than <see cref="Limits.CallSecondsMax"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, CdrDurationUnit unit, out decimal seconds)
    {
        var read = unit == CdrDurationUnit.Text ? TryReadText(text, out seconds) : TryReadNumber(text, out seconds);
        if (unit == CdrDurationUnit.Milliseconds)
            seconds /= 1000;
        return read && seconds <= Limits.CallSecondsMax && seconds.Scale <= Limits.QuantityDecimals;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, out decimal number)
    {
        number = 0;
        // Digits and at most one point: no sign, no exponent, nothing that a decimal would round.
        if (text.Length is 0 or > 20 || text.IndexOfAnyExcept(Digits) >= 0)
            return false;
        if (text.IndexOf((byte)'.') < 0 && text.Length <= 18)
        {
            var read = Utf8Parser.TryParse(text, out long whole, out _);
            number = whole;
            return read;
        }
        return Utf8Parser.TryParse(text, out number, out var used) && used == text.Length;
    }

    private static bool TryReadText(ReadOnlySpan<byte> text, out decimal seconds)
    {
        seconds = 0;
        if (text.IsEmpty)
            return false;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Digits);
            if (digits < 0)
                digits = text.Length;
            if (!TryReadNumber(text[..digits], out var number))
                return false;
            text = text[digits..];
            var letters = text.IndexOfAny(Digits);
            if (letters < 0)
                letters = text.Length;
            var unit = text[..letters];
            text = text[letters..];
            if (number > Limits.CallSecondsMax * 1000)
                return false;
            if (unit.SequenceEqual("h"u8))
                seconds += number * 3600;
            else if (unit.SequenceEqual("m"u8))
                seconds += number * 60;
            else if (unit.SequenceEqual("ms"u8))
                seconds += number / 1000;
            else if (unit.SequenceEqual("s"u8) || unit.IsEmpty)
                seconds += number;
            else
                return false;
        }
        return true;
    }
}
