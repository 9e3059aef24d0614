using Rating.Domain.Pricing;

namespace Rating.Domain.Invoicing;

/// <summary>The part of an invoice that one subscription's snapshot gave.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Kind">Why the snapshot was made.</param>
/// <param name="Period">The number of its period.</param>
/// <param name="Lines">Its lines.</param>
public sealed record InvoiceSection(SubscriptionId Subscription, SnapshotKind Kind, int Period, IReadOnlyList<PricedLine> Lines)
{
    /// <summary>Of a progress snapshot: which of its period; else 0.</summary>
    public int Step { get; init; }
}
