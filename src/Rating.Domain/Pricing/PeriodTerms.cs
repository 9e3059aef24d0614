using Rating.Domain.Billing;

namespace Rating.Domain.Pricing;

/// <summary>The terms of one subscription over one period, frozen: what a price is made from beside the usage.</summary>
public sealed record PeriodTerms(SubscriptionId Subscription, BillingPeriod Period, Currency Currency, RoundingMode LineRounding, IReadOnlyList<TermsSpan> Spans)
{
    /// <summary>The schedule that the period is of; null where nothing outlasts the period.</summary>
    public BillingSchedule? Schedule { get; init; }

    /// <summary>The periods of charges with periods of their own that meet this one, with the terms over all of each.</summary>
    public IReadOnlyList<ChargePeriod> ChargePeriods { get; init; } = [];
}
