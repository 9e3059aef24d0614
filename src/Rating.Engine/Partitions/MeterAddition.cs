using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What one record adds to one meter; of a call that is kept for an allowance also its price.</summary>
internal readonly record struct MeterAddition(Meter Meter, string Dimensions, Quantity Value, string UniqueText, Int128 Scaled = default);
