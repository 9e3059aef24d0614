using System.Globalization;
using System.Numerics;

namespace Rating.Audit;

/// <summary>An exact number: a quotient of two integers in lowest terms. Nothing is rounded until it is asked for.</summary>
public readonly struct Fraction : IEquatable<Fraction>, IComparable<Fraction>
{
    private const int ExponentMax = 5_000;
    private readonly BigInteger _numerator;
    private readonly BigInteger _denominatorLessOne; // so that default is 0/1

    public Fraction(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero) throw new DivideByZeroException();
        if (denominator.Sign < 0) (numerator, denominator) = (-numerator, -denominator);
        var common = denominator.IsOne ? BigInteger.One : BigInteger.GreatestCommonDivisor(numerator, denominator);
        _numerator = numerator / common;
        _denominatorLessOne = (denominator / common) - 1;
    }

    public static Fraction Zero => default;
    public static Fraction One => new(1, 1);

    public BigInteger Numerator => _numerator;
    public BigInteger Denominator => _denominatorLessOne + 1;
    public int Sign => _numerator.Sign;
    public bool IsZero => _numerator.IsZero;

    public static implicit operator Fraction(long value) => new(value, 1);

    public static Fraction operator +(Fraction a, Fraction b) => new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);
    public static Fraction operator -(Fraction a, Fraction b) => a + -b;
    public static Fraction operator -(Fraction a) => new(-a.Numerator, a.Denominator);
    public static Fraction operator *(Fraction a, Fraction b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);
    public static Fraction operator /(Fraction a, Fraction b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);
    public static bool operator ==(Fraction a, Fraction b) => a.Equals(b);
    public static bool operator !=(Fraction a, Fraction b) => !a.Equals(b);
    public static bool operator <(Fraction a, Fraction b) => a.CompareTo(b) < 0;
    public static bool operator >(Fraction a, Fraction b) => a.CompareTo(b) > 0;
    public static bool operator <=(Fraction a, Fraction b) => a.CompareTo(b) <= 0;
    public static bool operator >=(Fraction a, Fraction b) => a.CompareTo(b) >= 0;

    public static Fraction Max(Fraction a, Fraction b) => a >= b ? a : b;
    public static Fraction Min(Fraction a, Fraction b) => a <= b ? a : b;

    /// <summary>The smallest integer that is not less.</summary>
    public BigInteger Ceiling() => -Floor(-Numerator, Denominator);

    /// <summary>True when the value has at most this many digits after the decimal point.</summary>
    public bool HasAtMostDecimals(int decimals) => (BigInteger.Pow(10, decimals) % Denominator).IsZero;

    /// <summary>The value rounded to this many decimals.</summary>
    public Fraction Round(int decimals, RoundingRule rule)
    {
        var scale = BigInteger.Pow(10, decimals);
        var scaled = BigInteger.Abs(Numerator) * scale;
        var whole = BigInteger.DivRem(scaled, Denominator, out var rest);
        var half = (rest * 2).CompareTo(Denominator);
        var away = rule switch
        {
            RoundingRule.HalfUp => half >= 0,
            RoundingRule.HalfEven => half > 0 || (half == 0 && !whole.IsEven),
            RoundingRule.Up => !rest.IsZero,
            _ => false,
        };
        if (away) whole += 1;
        return new Fraction(Numerator.Sign * whole, scale);
    }

    /// <summary>Reads a decimal number as JSON writes it; false when it is none, or when its exponent is absurd.</summary>
    public static bool TryParse(string? text, out Fraction value)
    {
        value = default;
        if (string.IsNullOrEmpty(text)) return false;
        var at = 0;
        var negative = text[0] == '-';
        if (negative) at++;
        var whole = ReadDigits(text, ref at);
        if (whole.Length == 0) return false;
        var decimals = "";
        if (at < text.Length && text[at] == '.')
        {
            at++;
            decimals = ReadDigits(text, ref at);
            if (decimals.Length == 0) return false;
        }
        var exponent = 0;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            var down = at < text.Length && text[at] == '-';
            if (at < text.Length && text[at] is '+' or '-') at++;
            var exponentDigits = ReadDigits(text, ref at).TrimStart('0');
            if (text[at - 1] is not (>= '0' and <= '9')) return false;
            exponent = exponentDigits.Length > 6 ? 1_000_000 : exponentDigits.Length == 0 ? 0 : int.Parse(exponentDigits, CultureInfo.InvariantCulture);
            if (down) exponent = -exponent;
        }
        if (at != text.Length) return false;
        var digits = BigInteger.Parse(whole + decimals, CultureInfo.InvariantCulture);
        if (digits.IsZero) return true;
        if (Math.Abs(exponent) > ExponentMax) return false;
        if (negative) digits = -digits;
        exponent -= decimals.Length;
        value = exponent >= 0 ? new Fraction(digits * BigInteger.Pow(10, exponent), 1) : new Fraction(digits, BigInteger.Pow(10, -exponent));
        return true;
    }

    /// <summary>Reads a decimal number as JSON writes it.</summary>
    public static Fraction Parse(string text) => TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not a decimal number.");

    public int CompareTo(Fraction other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);
    public bool Equals(Fraction other) => _numerator == other._numerator && _denominatorLessOne == other._denominatorLessOne;
    public override bool Equals(object? obj) => obj is Fraction other && Equals(other);
    public override int GetHashCode() => HashCode.Combine(_numerator, _denominatorLessOne);

    /// <summary>The exact decimal text without needless zeros, or <c>n/d</c> when the value has no finite one.</summary>
    public override string ToString()
    {
        if (Denominator.IsOne) return Numerator.ToString(CultureInfo.InvariantCulture);
        for (var (rest, decimals) = (Denominator, 0); decimals <= 40; decimals++)
        {
            if (!HasAtMostDecimals(decimals)) continue;
            var text = (BigInteger.Abs(Numerator) * BigInteger.Pow(10, decimals) / rest).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
            return (Sign < 0 ? "-" : "") + text[..^decimals] + "." + text[^decimals..];
        }
        return $"{Numerator}/{Denominator}";
    }

    private static BigInteger Floor(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }

    private static string ReadDigits(string text, ref int at)
    {
        var from = at;
        while (at < text.Length && text[at] is >= '0' and <= '9') at++;
        return text[from..at];
    }
}
