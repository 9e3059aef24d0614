using Rating.Domain.Pricing;

namespace Rating.Engine.Partitions;

/// <summary>A call as one rate-deck charge priced it.</summary>
public readonly record struct RatedCallEntry(string Charge, long Seconds, RatedCall Call);
