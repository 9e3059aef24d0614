using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>The subscriptions that have usage in a partition, or how they changed.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Epoch">Its owner, as the store numbers them.</param>
/// <param name="Since">After how many changes this begins; -1: it is all.</param>
/// <param name="Version">How many changes there have been with these.</param>
/// <param name="BookSequence">The book change up to which it has worked.</param>
/// <param name="Lag">How many records of its log it has not applied yet.</param>
/// <param name="Block">Indexes and weights, as the engine writes them.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.HoldingsMessage")]
public sealed record HoldingsMessage(
    [property: Id(0)] int Partition, [property: Id(1)] long Epoch, [property: Id(2)] long Since, [property: Id(3)] long Version, [property: Id(4)] long BookSequence, [property: Id(5)] long Lag, [property: Id(6)] byte[] Block);
