using System.Numerics;

namespace Rating.Domain.Invoicing;

/// <summary>A fraction that taxes are carried in until they are rounded, once.</summary>
internal readonly record struct ExactAmount(BigInteger Numerator, BigInteger Denominator)
{
    private static readonly BigInteger MoneyScale = (BigInteger)ScaledNumber.PowerOfTen(Money.Decimals);

    public static ExactAmount Zero => new(0, 1);

    public static ExactAmount One => new(1, 1);

    public static ExactAmount Of(Money amount) => new((BigInteger)amount.Scaled, MoneyScale);

    /// <summary>A percentage as a factor.</summary>
    public static ExactAmount OfPercent(Quantity percent) => new((BigInteger)percent.Nano, 100 * (BigInteger)Quantity.One.Nano);

    public static ExactAmount operator +(ExactAmount a, ExactAmount b) => Reduced(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    public static ExactAmount operator *(ExactAmount a, ExactAmount b) => Reduced(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static ExactAmount operator /(ExactAmount a, ExactAmount b) => Reduced(a.Numerator * b.Denominator * b.Numerator.Sign, a.Denominator * BigInteger.Abs(b.Numerator));

    /// <summary>Rounded to the minor unit, a half away from zero.</summary>
    public Money Rounded(Currency currency) => Rounded(currency, RoundingMode.HalfUp);

    /// <summary>Rounded to the minor unit.</summary>
    public Money Rounded(Currency currency, RoundingMode mode)
    {
        var scale = BigInteger.Pow(10, currency.Decimals);
        var (whole, rest) = BigInteger.DivRem(BigInteger.Abs(Numerator) * scale, Denominator);
        var half = (rest * 2).CompareTo(Denominator);
        var isUp = mode switch { RoundingMode.Down => false, RoundingMode.Up => !rest.IsZero, RoundingMode.HalfEven => half > 0 || (half == 0 && !whole.IsEven), _ => half >= 0 };
        if (isUp) whole++;
        return Money.FromScaled((Int128)whole * Numerator.Sign * ScaledNumber.PowerOfTen(Money.Decimals - currency.Decimals), currency);
    }

    private static ExactAmount Reduced(BigInteger numerator, BigInteger denominator)
    {
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return common.IsOne || common.IsZero ? new ExactAmount(numerator, denominator) : new ExactAmount(numerator / common, denominator / common);
    }
}
