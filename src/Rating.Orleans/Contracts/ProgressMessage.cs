using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>How far the closes are that a silo carries out.</summary>
/// <param name="Done">Periods closed.</param>
/// <param name="Of">Periods to close.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.ProgressMessage")]
public sealed record ProgressMessage([property: Id(0)] int Done, [property: Id(1)] int Of);
