using Rating.Domain.Invoicing;

namespace Rating.Engine.Views;

/// <summary>What a close did.</summary>
/// <param name="Snapshots">The snapshots that it made.</param>
/// <param name="Invoices">The invoices that could be made from them, and from others that waited.</param>
/// <param name="Parked">Subscriptions that could not be priced, and why; the others went on.</param>
public sealed record CloseOutcome(IReadOnlyList<Snapshot> Snapshots, IReadOnlyList<Invoice> Invoices, IReadOnlyList<(string Subscription, string Why)> Parked);
