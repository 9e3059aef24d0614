using System.Globalization;
using System.Numerics;

namespace Rating.Domain;

/// <summary>Decimal text to and from scaled integers, exactly: no binary floating point anywhere.</summary>
internal static class ScaledNumber
{
    /// <summary>A longer text is no number.</summary>
    public const int TextMax = 64;

    private static readonly Int128[] Powers = BuildPowers();

    /// <summary>Ten to the given power.</summary>
    public static Int128 PowerOfTen(int exponent) => Powers[exponent];

    /// <summary>Reads a decimal number (JSON grammar, also a leading plus) as an integer scaled by 10^<paramref name="decimals"/>.</summary>
    /// <returns>False when the text is not a number, has more significant decimals, or is above <paramref name="wholeMax"/>.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, int decimals, long wholeMax, out Int128 scaled)
    {
        scaled = 0;
        if (TryShort(text, decimals, wholeMax, out var small))
        {
            scaled = small;
            return true;
        }

        var i = 0;
        var negative = false;
        if (text.Length > 0 && (text[0] == '-' || text[0] == '+')) { negative = text[0] == '-'; i++; }
        UInt128 digits = 0;
        int seen = 0, significant = 0, fraction = 0;
        var point = false;
        for (; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.' && !point) { point = true; continue; }
            if (c is < (byte)'0' or > (byte)'9') break;
            seen++;
            if (point) fraction++;
            if (significant > 0 || c != '0')
            {
                if (++significant > 36) return false;
                digits = digits * 10 + (UInt128)(c - '0');
            }
        }
        if (seen == 0 || text.Length > TextMax) return false;
        var exponent = 0;
        if (i < text.Length)
        {
            if (text[i] is not ((byte)'e' or (byte)'E')) return false;
            i++;
            var minus = false;
            if (i < text.Length && (text[i] == '-' || text[i] == '+')) { minus = text[i] == '-'; i++; }
            if (i == text.Length) return false;
            for (; i < text.Length; i++)
            {
                if (text[i] is < (byte)'0' or > (byte)'9') return false;
                exponent = Math.Min(exponent * 10 + (text[i] - '0'), 10_000);
            }
            if (minus) exponent = -exponent;
        }
        if (digits == 0) return true;
        var shift = decimals + exponent - fraction;
        while (shift < 0)
        {
            var (quotient, rest) = UInt128.DivRem(digits, 10);
            if (rest != 0) return false;
            digits = quotient;
            shift++;
        }
        if (shift + significant > 38) return false;
        var value = (Int128)digits * Powers[shift];
        if (value > (Int128)wholeMax * Powers[decimals]) return false;
        scaled = negative ? -value : value;
        return true;
    }

    /// <summary>Writes a scaled integer as plain decimal text, at least <paramref name="decimalsMin"/> decimals.</summary>
    public static string Format(Int128 scaled, int decimals, int decimalsMin = 0)
    {
        var magnitude = BigInteger.Abs((BigInteger)scaled).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var whole = magnitude[..^decimals];
        var rest = magnitude[^decimals..].TrimEnd('0').PadRight(decimalsMin, '0');
        return string.Concat(scaled < 0 ? "-" : "", whole, rest.Length == 0 ? "" : ".", rest);
    }

    /// <summary>Divides and rounds once.</summary>
    public static Int128 DivideRounded(Int128 numerator, Int128 denominator, RoundingMode mode)
    {
        Invariant.Holds(denominator > 0, "a rounded division needs a positive denominator");
        Int128 quotient, rest;
        if (numerator >= 0 && numerator <= long.MaxValue && denominator <= long.MaxValue)
        {
            // A division of 128 bits takes ten times as long.
            var (small, left) = Math.DivRem((long)numerator, (long)denominator);
            (quotient, rest) = (small, left);
        }
        else (quotient, rest) = Int128.DivRem(numerator, denominator);
        if (rest == 0) return quotient;
        var away = numerator < 0 ? -1 : 1;
        var twice = Int128.Abs(rest) * 2;
        return mode switch
        {
            RoundingMode.HalfUp => twice >= denominator ? quotient + away : quotient,
            RoundingMode.HalfEven => twice > denominator || (twice == denominator && !Int128.IsEvenInteger(quotient)) ? quotient + away : quotient,
            RoundingMode.Up => quotient + away,
            RoundingMode.Down => quotient,
            _ => throw new InvariantBrokenException($"rounding mode {mode} has no rule"),
        };
    }

    /// <summary>Divides and rounds once, numbers of any size.</summary>
    public static BigInteger DivideRounded(BigInteger numerator, BigInteger denominator, RoundingMode mode)
    {
        Invariant.Holds(denominator.Sign > 0, "a rounded division needs a positive denominator");
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        if (rest.IsZero) return quotient;
        var away = numerator.Sign;
        var half = (BigInteger.Abs(rest) * 2).CompareTo(denominator);
        return mode switch
        {
            RoundingMode.HalfUp => half >= 0 ? quotient + away : quotient,
            RoundingMode.HalfEven => half > 0 || (half == 0 && !quotient.IsEven) ? quotient + away : quotient,
            RoundingMode.Up => quotient + away,
            RoundingMode.Down => quotient,
            _ => throw new InvariantBrokenException($"rounding mode {mode} has no rule"),
        };
    }

    // Nearly all numbers of usage: up to 9 digits, perhaps a point and up to 9 more. Everything else, and every mistake, is for the long way.
    private static bool TryShort(ReadOnlySpan<byte> text, int decimals, long wholeMax, out long scaled)
    {
        scaled = 0;
        if (decimals > 9) return false;
        long whole = 0;
        var i = 0;
        for (; i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9'; i++)
        {
            if (i == 9) return false;
            whole = whole * 10 + (text[i] - '0');
        }

        if (i == 0 || whole >= wholeMax) return false;
        long unit = 1;
        for (var power = 0; power < decimals; power++) unit *= 10;
        scaled = whole * unit;
        if (i == text.Length) return true;
        if (text[i++] != '.' || i == text.Length) return false;
        for (; i < text.Length; i++)
        {
            unit /= 10;
            if (unit == 0 || text[i] is < (byte)'0' or > (byte)'9') return false;
            scaled += (text[i] - '0') * unit;
        }

        return true;
    }

    private static Int128[] BuildPowers()
    {
        var powers = new Int128[39];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
