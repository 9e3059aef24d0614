using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>What to invoice of an account, beside closed cycles.</summary>
/// <param name="Activations">Subscriptions that have begun.</param>
/// <param name="Thresholds">Usage that reached its plan's threshold.</param>
/// <param name="BookSequence">The book that the order was made with, at least.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.BillOrder")]
public sealed record BillOrder([property: Id(0)] bool Activations, [property: Id(1)] bool Thresholds, [property: Id(2)] long BookSequence);
