using Rating.Domain.Pricing;

namespace Rating.Engine.Partitions;

/// <summary>A call as one rate-deck charge priced it, or what an event brought along for a dynamic one.</summary>
public readonly record struct RatedCallEntry(string Charge, long Seconds, RatedCall Call, CallCost Cost = default);
