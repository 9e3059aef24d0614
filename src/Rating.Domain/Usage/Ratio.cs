using System.Numerics;

namespace Rating.Domain.Usage;

/// <summary>An exact fraction, in which an expression computes.</summary>
internal readonly struct Ratio(BigInteger numerator, BigInteger denominator)
{
    private static readonly BigInteger NanoPerUnit = (BigInteger)Quantity.One.Nano;

    public BigInteger Numerator { get; } = numerator;

    /// <summary>Above zero.</summary>
    public BigInteger Denominator { get; } = denominator;

    public static Ratio Of(Quantity quantity) => new((BigInteger)quantity.Nano, NanoPerUnit);

    public static Ratio operator +(Ratio a, Ratio b) => new(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    public static Ratio operator -(Ratio a, Ratio b) => new(a.Numerator * b.Denominator - b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    public static Ratio operator *(Ratio a, Ratio b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Ratio operator -(Ratio a) => new(-a.Numerator, a.Denominator);

    /// <summary>A quotient; the divisor is not zero.</summary>
    public static Ratio operator /(Ratio a, Ratio b) => b.Numerator.Sign > 0 ? new Ratio(a.Numerator * b.Denominator, a.Denominator * b.Numerator) : new Ratio(-a.Numerator * b.Denominator, -a.Denominator * b.Numerator);

    public int OrderTo(Ratio other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>This times ten to the power of <paramref name="decimals"/>, rounded.</summary>
    public BigInteger Rounded(int decimals, RoundingMode mode) => ScaledNumber.DivideRounded(Numerator * (BigInteger)ScaledNumber.PowerOfTen(decimals), Denominator, mode);

    /// <summary>The next whole number below (or this), as a fraction.</summary>
    public Ratio Floor()
    {
        var quotient = BigInteger.DivRem(Numerator, Denominator, out var rest);
        return new Ratio(rest.Sign < 0 ? quotient - 1 : quotient, BigInteger.One);
    }
}
