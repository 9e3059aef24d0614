using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>What to close.</summary>
/// <param name="Subscription">Only this subscription; empty for all.</param>
/// <param name="Through">Periods that end on or before this day (2026-04-01); empty for all that are due.</param>
/// <param name="BookSequence">The book that the order was made with, at least.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.CloseOrder")]
public sealed record CloseOrder([property: Id(0)] string Subscription, [property: Id(1)] string Through, [property: Id(2)] long BookSequence);
