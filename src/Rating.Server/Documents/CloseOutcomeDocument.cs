using Rating.Engine.Views;

namespace Rating.Server.Documents;

/// <summary>What a close did (docs/formats.md, "Closing and invoices"); the same from one process and from a cluster.</summary>
/// <param name="SnapshotCount">How many snapshots it made.</param>
/// <param name="Snapshots">The first of them, at most 100.</param>
/// <param name="Invoices">The invoices that could be made from them, and from others that waited.</param>
/// <param name="Parked">Subscriptions that could not be priced, and why; the others went on.</param>
internal sealed record CloseOutcomeDocument(int SnapshotCount, IReadOnlyList<SnapshotSummary> Snapshots, IReadOnlyList<InvoiceSummary> Invoices, IReadOnlyList<ParkedDocument> Parked);
