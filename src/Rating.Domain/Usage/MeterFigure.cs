using System.Numerics;

namespace Rating.Domain.Usage;

/// <summary>Makes the figure that is priced of the totals that a charge covers: one exact fraction, converted and rounded once.</summary>
public static class MeterFigure
{
    /// <summary>The figure.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="parts">The totals that go into it.</param>
    /// <param name="periodTicks">How long the whole period lasts, in 100 ns.</param>
    public static Quantity Of(Meter meter, IReadOnlyList<UsagePart> parts, long periodTicks)
    {
        if (parts.Count == 0) return Quantity.Zero;
        var total = default(MeterTotal);
        var levelTicks = BigInteger.Zero;
        foreach (var part in parts)
        {
            if (meter.Aggregation == Aggregation.TimeWeighted) levelTicks += part.LevelTicks;
            else total.Combine(meter.Aggregation, part.Total);
        }

        var conversion = meter.Conversion is { OnEvent: false } given ? given : UnitConversion.None;
        switch (meter.Aggregation)
        {
            case Aggregation.TimeWeighted:
                return conversion.Convert(levelTicks, meter.Level.TicksPerUnit == 0 ? periodTicks : meter.Level.TicksPerUnit);
            case Aggregation.Average:
                return total.Count == 0 ? Quantity.Zero : conversion.Convert((BigInteger)total.Nano, total.Count);
            default:
                var figure = total.Figure(meter.Aggregation);
                return ReferenceEquals(conversion, UnitConversion.None) ? figure : conversion.Convert((BigInteger)figure.Nano, 1);
        }
    }
}
