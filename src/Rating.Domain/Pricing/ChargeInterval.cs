using Rating.Domain.Billing;

namespace Rating.Domain.Pricing;

/// <summary>The periods of a charge that has others than its plan: an annual licence on a monthly invoice.</summary>
/// <param name="Length">How long they are.</param>
/// <param name="IsAnchoredAtStart">Whether they begin on the subscription's first day instead of its anchor.</param>
public readonly record struct ChargeInterval(BillingInterval Length, bool IsAnchoredAtStart);
