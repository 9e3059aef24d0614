using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>What is agreed of a subscription, without who has it: subscriptions that were agreed alike share one.</summary>
/// <param name="Schedule">When its periods begin.</param>
/// <param name="Start">Its first day.</param>
/// <param name="End">The day after its last; null while it has no end.</param>
/// <param name="Changes">What it buys, from which day on.</param>
public sealed record SubscriptionTerms(BillingSchedule Schedule, LocalDate Start, LocalDate? End, IReadOnlyList<TermsChange> Changes)
{
    /// <summary>What is off, in the order in which it is taken off.</summary>
    public IReadOnlyList<Discount> Discounts { get; init; } = [];

    /// <summary>What somebody wants to be told about it, beside the alerts of its plan.</summary>
    public IReadOnlyList<Alert> Alerts { get; init; } = [];

    /// <summary>What is agreed beside its terms, as it was written, a JSON object; empty when nothing is.</summary>
    public string Agreed { get; init; } = "";

    /// <summary>Where the service is, for taxes: a place such as <c>US/CA/Los Angeles</c>; empty for the account's.</summary>
    public string ServiceAddress { get; init; } = "";
}
