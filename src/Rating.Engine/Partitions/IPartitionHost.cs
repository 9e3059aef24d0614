using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>Where the partitions are, for those who command and ask them: in this process, or spread over a cluster.</summary>
internal interface IPartitionHost
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Hands a command to a partition; made anew and handed over again when the partition had to be opened anew meanwhile.</summary>
    Task<(long Tried, long Changed)> ExecuteAsync(int partition, Func<PartitionCommand> command, CancellationToken cancellation);

    /// <summary>What a subscription (by index) has used, by billing and usage period.</summary>
    (SortedDictionary<(int Billing, int Usage), PeriodUsage> Usage, NodaTime.Instant? Latest) UsageOf(int partition, int subscription);

    /// <summary>Waits until everything that is in the log now has its verdict stored.</summary>
    Task CaughtUpAsync(CancellationToken cancellation);
}
