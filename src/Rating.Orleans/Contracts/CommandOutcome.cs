using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>What a command did.</summary>
/// <param name="Tried">How many records it took.</param>
/// <param name="Changed">How many it changed.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.CommandOutcome")]
public sealed record CommandOutcome([property: Id(0)] long Tried, [property: Id(1)] long Changed);
