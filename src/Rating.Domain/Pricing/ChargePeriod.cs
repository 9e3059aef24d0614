using NodaTime;
using Rating.Domain.Billing;

namespace Rating.Domain.Pricing;

/// <summary>One period of charges that have periods of their own, with the terms over all of it. Its lines are rounded in one way, whichever billing period they are billed, adjusted or given back with.</summary>
public sealed record ChargePeriod(ChargeInterval Interval, BillingPeriod Period, RoundingMode LineRounding, IReadOnlyList<TermsSpan> Spans)
{
    /// <summary>The first day that the subscription has of it.</summary>
    public LocalDate First => Spans[0].From;

    /// <summary>The day after the last that the subscription has of it.</summary>
    public LocalDate End => Spans[^1].To;
}
