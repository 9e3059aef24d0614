using Orleans;
using Orleans.Concurrency;
using Rating.Domain.Usage;

namespace Rating.Loadtest.Cluster;

/// <summary>What people write first on Orleans: a grain per subscription that is called for every record.</summary>
[Alias("loadtest.INaiveSubscription")]
public interface INaiveSubscription : IGrainWithIntegerKey
{
    /// <summary>Takes a record into the totals; false when it is a repetition. Within a silo the record is handed over as it is.</summary>
    [Alias("Apply")]
    Task<bool> ApplyAsync([Immutable] UsageRecord record);
}
