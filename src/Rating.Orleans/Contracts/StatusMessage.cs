using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>How a partition is doing.</summary>
/// <param name="Position">The log position that it applies next.</param>
/// <param name="Committed">The log position up to which all is stored.</param>
/// <param name="End">The end of its log.</param>
/// <param name="State">Whether it moves, as the engine numbers it.</param>
/// <param name="Problem">Why it stands still; empty while it moves.</param>
/// <param name="Silo">Where it is served.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.StatusMessage")]
public sealed record StatusMessage([property: Id(0)] long Position, [property: Id(1)] long Committed, [property: Id(2)] long End, [property: Id(3)] byte State, [property: Id(4)] string Problem, [property: Id(5)] string Silo);
