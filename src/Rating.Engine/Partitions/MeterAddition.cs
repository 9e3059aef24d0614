using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What one record adds to one meter.</summary>
internal readonly record struct MeterAddition(Meter Meter, string Dimensions, Quantity Value, string UniqueText);
