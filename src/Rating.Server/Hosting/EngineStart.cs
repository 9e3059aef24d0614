using Rating.Domain;
using Rating.Engine;
#if RATING_ORLEANS
using Rating.Orleans.Nodes;
#endif

namespace Rating.Server.Hosting;

/// <summary>Starts the engine: alone in this process, or as one of a cluster where this build has Orleans. The one place that knows of both.</summary>
internal static class EngineStart
{
    /// <summary>Starts it over the installation's log and store.</summary>
    /// <exception cref="Refused"><c>cluster.missing</c>: this program was built without Orleans.</exception>
    public static Task<RatingEngine> StartAsync(Installation here, ILogger logger, CancellationToken cancellation)
    {
        if (here.Cluster is not { } cluster) return RatingEngine.StartAsync(here.Log, here.Store, here.Settings, here.Clock, TimeProvider.System, cancellation);
#if RATING_ORLEANS
        var settings = new ClusterSettings { ConnectionString = cluster.ConnectionString, Cluster = cluster.Name, Address = cluster.Address, Port = cluster.Port, CalendarEvery = here.CalendarEvery };
        return RatingCluster.StartAsync(here.Log, here.Store, here.Settings, here.Clock, TimeProvider.System, settings, logger, cancellation);
#else
        _ = logger;
        throw new Refused("cluster.missing", $"This program was built without Orleans, which its package feed lacks: it cannot be one of the cluster '{cluster.Name}'. Build it on a feed that has it, or leave out --cluster.");
#endif
    }
}
