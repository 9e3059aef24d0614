using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>What a subscription has used in one partition.</summary>
/// <param name="Block">Its usage, as the engine writes totals in blocks.</param>
/// <param name="BookSequence">The book change up to which it was rated.</param>
/// <param name="Lag">How many records of the partition's log are not in it yet.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.UsageMessage")]
public sealed record UsageMessage([property: Id(0)] byte[] Block, [property: Id(1)] long BookSequence, [property: Id(2)] long Lag);
