using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>A running charge.</summary>
/// <param name="Document">The JSON document that callers get.</param>
/// <param name="Silo">Where it was put together.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.BalanceMessage")]
public sealed record BalanceMessage([property: Id(0)] string Document, [property: Id(1)] string Silo);
