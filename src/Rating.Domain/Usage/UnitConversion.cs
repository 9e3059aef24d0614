using System.Numerics;

namespace Rating.Domain.Usage;

/// <summary>From the unit in which a system reports to the one in which it is sold: bytes to gigabytes, seconds to started minutes.</summary>
/// <param name="Multiply">What to multiply with.</param>
/// <param name="Divide">What to divide by.</param>
/// <param name="Decimals">To how many decimals the result is rounded.</param>
/// <param name="Rounding">How.</param>
/// <param name="OnEvent">Whether each event's value is converted, or the period's figure, once.</param>
public sealed record UnitConversion(Quantity Multiply, Quantity Divide, int Decimals, RoundingMode Rounding, bool OnEvent)
{
    /// <summary>What a figure goes through without a conversion: it is rounded to what a quantity holds.</summary>
    public static UnitConversion None { get; } = new(Quantity.One, Quantity.One, Limits.QuantityDecimals, RoundingMode.HalfUp, OnEvent: false);

    /// <summary>Converts a fraction of 10^-9 units, and rounds once.</summary>
    public Quantity Convert(BigInteger nanos, BigInteger denominator)
    {
        var step = (BigInteger)ScaledNumber.PowerOfTen(Limits.QuantityDecimals - Decimals);
        var rounded = ScaledNumber.DivideRounded(nanos * (BigInteger)Multiply.Nano, denominator * (BigInteger)Divide.Nano * step, Rounding);
        return new Quantity(checked((Int128)(rounded * step)));
    }
}
