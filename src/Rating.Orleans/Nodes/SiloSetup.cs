using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Nodes;

/// <summary>What every silo of Rating has, whatever its membership and storage are.</summary>
internal static class SiloSetup
{
    /// <summary>The stream provider of running charges and alerts.</summary>
    public const string Streams = "rating";

    /// <summary>The namespace of the streams of running charges; their keys are those of the subscriptions.</summary>
    public const string Balances = "balance";

    /// <summary>The namespace of the streams of alerts; their keys are the tenants.</summary>
    public const string Alerts = "alert";

    /// <summary>The storage of stream subscriptions; Orleans wants this name.</summary>
    public const string StreamSubscriptions = "PubSubStore";

    public static void Configure(ISiloBuilder silo, Node node)
    {
        silo.Services.AddSingleton(node);
        silo.AddPlacementDirector<RendezvousPlacement, RendezvousDirector>();
        silo.AddMemoryStreams(Streams);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = node.Cluster.ProbeTimeout;
            membership.MinProbeTimeout = node.Cluster.ProbeTimeout;
            membership.MaxProbeTimeout = node.Cluster.ProbeTimeoutMax;
            membership.NumMissedProbesLimit = node.Cluster.ProbesMissed;
            membership.NumVotesForDeathDeclaration = node.Cluster.Votes;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
            // A silo that waits for itself to be found dead would only wait longer.
            membership.ExtendProbeTimeoutDuringDegradation = false;
        });
        // A subscription that nobody asks about costs nothing after a while.
        silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromMinutes(10));
    }
}
