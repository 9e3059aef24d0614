using NodaTime;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What one subscription has used in one partition, as one moment saw it.</summary>
/// <param name="Usage">Its usage by billing and usage period.</param>
/// <param name="Latest">The latest event time among it; null before the first.</param>
/// <param name="BookSequence">The book change up to which it was resolved and rated.</param>
/// <param name="Lag">How many records of the partition's log are not in it yet.</param>
internal sealed record PartitionUsage(SortedDictionary<(int Billing, int Usage), PeriodUsage> Usage, Instant? Latest, long BookSequence, long Lag);
