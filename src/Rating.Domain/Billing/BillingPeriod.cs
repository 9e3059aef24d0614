using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>One period of a schedule: local dates in the subscription's time zone, the end exclusive.</summary>
/// <param name="Number">Its place on the schedule; the next period has the next number.</param>
/// <param name="Start">The first day.</param>
/// <param name="End">The day after the last.</param>
/// <param name="StartInstant">The first moment of <paramref name="Start"/>, inclusive.</param>
/// <param name="EndInstant">The first moment of <paramref name="End"/>, exclusive.</param>
public sealed record BillingPeriod(int Number, LocalDate Start, LocalDate End, Instant StartInstant, Instant EndInstant)
{
    /// <summary>How many days it has.</summary>
    public int Days => Period.DaysBetween(Start, End);

    /// <inheritdoc/>
    public override string ToString() => $"{Start:uuuu-MM-dd}/{End:uuuu-MM-dd}";
}
