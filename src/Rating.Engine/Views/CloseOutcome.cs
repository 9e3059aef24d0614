using Rating.Domain.Invoicing;

namespace Rating.Engine.Views;

/// <summary>What a close did.</summary>
/// <param name="SnapshotCount">How many snapshots it made.</param>
/// <param name="Snapshots">The first of them, at most <see cref="Rating.Domain.Limits.CloseSnapshotsListedMax"/>.</param>
/// <param name="Invoices">The invoices that could be made from them, and from others that waited.</param>
/// <param name="Parked">Subscriptions that could not be priced, and why; the others went on.</param>
public sealed record CloseOutcome(int SnapshotCount, IReadOnlyList<Snapshot> Snapshots, IReadOnlyList<InvoiceSummary> Invoices, IReadOnlyList<(string Subscription, string Why)> Parked);
