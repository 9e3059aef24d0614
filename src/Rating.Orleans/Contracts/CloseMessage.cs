using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>What a close did. Snapshots and invoices are in the store; a large account has more of them than a message should hold.</summary>
/// <param name="Snapshots">How many snapshots it made.</param>
/// <param name="Invoices">The numbers of the invoices that it made.</param>
/// <param name="Parked">Subscriptions that could not be priced.</param>
/// <param name="Why">Per parked subscription, the reason.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.CloseMessage")]
public sealed record CloseMessage([property: Id(0)] int Snapshots, [property: Id(1)] string[] Invoices, [property: Id(2)] string[] Parked, [property: Id(3)] string[] Why)
{
    /// <summary>Of a batch: the first of its snapshots as JSON; null from an older silo.</summary>
    [Id(4)]
    public string[]? SnapshotDocuments { get; init; }

    /// <summary>Of an account: what callers get, as JSON; null from an older silo.</summary>
    [Id(5)]
    public string? Document { get; init; }
}
