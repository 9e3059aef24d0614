// Silos in this process wait for each other more than they work.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace Rating.Orleans.Tests;

/// <summary>Tests of real processes run one after another: they share two servers, and a machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterCollection : ICollectionFixture<ClusterServers>
{
    public const string Name = "cluster";
}
