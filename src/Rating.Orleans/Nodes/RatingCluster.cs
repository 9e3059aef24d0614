using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Orleans.Configuration;
using Orleans.Hosting;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Orleans.Nodes;

/// <summary>Makes this process one of a cluster.</summary>
public static class RatingCluster
{
    private const string Npgsql = "Npgsql";

    /// <summary>Starts an engine whose partitions and subscriptions are grains, here or in other processes. It leaves the cluster when it is disposed.</summary>
    /// <param name="log">The usage log, the same for all processes.</param>
    /// <param name="store">The store, the same for all processes.</param>
    /// <param name="settings">What the installation sets, the same for all processes.</param>
    /// <param name="clock">What time it is.</param>
    /// <param name="time">How time passes.</param>
    /// <param name="cluster">How this process takes part.</param>
    /// <param name="logger">Where it says what it does.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="Refused"><c>settings.changed</c></exception>
    /// <exception cref="Unavailable">The cluster cannot be joined.</exception>
    public static Task<RatingEngine> StartAsync(
        IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, TimeProvider time, ClusterSettings cluster, ILogger logger, CancellationToken cancellation)
    {
        var node = new Node(log, store, settings, clock, time, cluster, logger);
        var host = Silo(node);
        return RatingEngine.StartAsync(
            log,
            store,
            settings,
            clock,
            time,
            (engine, keeper) =>
            {
                node.Attach(engine, keeper);
                return new ClusterPartitions(node, host.Services, host);
            },
            cancellation);
    }

    private static IHost Silo(Node node)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        builder.Logging.AddProvider(new ForwardingLogger(node.Logger));
        // What Orleans warns of when a silo goes is a page for each; what follows from it, the node says itself.
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            var cluster = node.Cluster;
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.Cluster, cluster.Cluster));
            silo.ConfigureEndpoints(cluster.Address, cluster.Port, gatewayPort: 0);
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Npgsql, cluster.ConnectionString));
            silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Npgsql, cluster.ConnectionString));
            silo.AddAdoNetGrainStorage(SiloSetup.StreamSubscriptions, options => (options.Invariant, options.ConnectionString) = (Npgsql, cluster.ConnectionString));
            SiloSetup.Configure(silo, node);
        });
        return builder.Build();
    }
}
