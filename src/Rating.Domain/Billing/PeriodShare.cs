using System.Numerics;
using NodaTime;
using Rating.Domain.Pricing;

namespace Rating.Domain.Billing;

/// <summary>What part of a period a stretch of it is: a fraction that is never divided before it is multiplied.</summary>
/// <param name="Part">The stretch.</param>
/// <param name="Whole">The period, in the same measure.</param>
/// <param name="Unit">The measure, for people.</param>
public readonly record struct PeriodShare(long Part, long Whole, string Unit)
{
    /// <summary>Whether it is all of the period.</summary>
    public bool IsWhole => Part == Whole;

    /// <summary>The part that a span of terms is.</summary>
    public static PeriodShare Of(Proration proration, TermsSpan span, BillingPeriod period) => proration switch
    {
        Proration.None => new PeriodShare(1, 1, ""),
        Proration.Second => new PeriodShare(Seconds(span.Start, span.End), Seconds(period.StartInstant, period.EndInstant), "seconds"),
        Proration.Fixed30 when period.Days > 7 => new PeriodShare(Days30(span.From, span.To), Days30(period.Start, period.End), "days of 30-day months"),
        _ => OfDays(Period.DaysBetween(span.From, span.To), period),
    };

    /// <summary>Some of a period's days.</summary>
    public static PeriodShare OfDays(int days, BillingPeriod period) => new(days, period.Days, "days");

    /// <summary>This fraction rounded half up to a number of decimals, as some systems do before they multiply.</summary>
    public PeriodShare Rounded(int decimals)
    {
        var scale = (BigInteger)ScaledNumber.PowerOfTen(decimals);
        var scaled = (scale * Part * 2 + Whole) / ((BigInteger)Whole * 2);
        return new PeriodShare((long)scaled, (long)scale, "parts");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Part} of {Whole} {Unit}";

    private static long Seconds(Instant from, Instant to) => (to.ToUnixTimeTicks() - from.ToUnixTimeTicks()) / NodaConstants.TicksPerSecond;

    // 30E/360: consecutive stretches add up.
    private static int Days30(LocalDate from, LocalDate to) => 360 * (to.Year - from.Year) + 30 * (to.Month - from.Month) + Math.Min(to.Day, 30) - Math.Min(from.Day, 30);
}
