using Rating.Engine.Views;

namespace Rating.Server.Documents;

/// <summary>What a close did.</summary>
/// <param name="Snapshots">The snapshots that it made.</param>
/// <param name="Invoices">The invoices that could be made from them, and from others that waited.</param>
/// <param name="Parked">Subscriptions that could not be priced, and why; the others went on.</param>
internal sealed record CloseOutcomeDocument(IReadOnlyList<SnapshotSummary> Snapshots, IReadOnlyList<InvoiceSummary> Invoices, IReadOnlyList<ParkedDocument> Parked)
{
    /// <summary>The document of an outcome.</summary>
    public static CloseOutcomeDocument Of(CloseOutcome outcome) => new(
        [.. outcome.Snapshots.Select(SnapshotSummary.Of)], [.. outcome.Invoices.Select(InvoiceSummary.Of)], [.. outcome.Parked.Select(parked => new ParkedDocument(parked.Subscription, parked.Why))]);
}
