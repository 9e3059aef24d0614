using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Orleans.Nodes;
using Rating.TestKit;

namespace Rating.Orleans.Tests;

/// <summary>Silos in this process over one log and one store, each with its engine.</summary>
internal sealed class TestSilos : IAsyncDisposable
{
    private readonly List<Node> _nodes = [];
    private readonly List<RatingEngine> _engines = [];
    private readonly List<ClusterPartitions> _partitions = [];

    private TestSilos(InProcessTestCluster cluster) => Cluster = cluster;

    public InProcessTestCluster Cluster { get; }

    public IReadOnlyList<RatingEngine> Engines => _engines;

    /// <summary>What each silo has for its grains.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The partitions as each silo sees them.</summary>
    public IReadOnlyList<ClusterPartitions> Partitions => _partitions;

    public static async Task<TestSilos> StartAsync(short count, IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, IOutgoingGrainCallFilter? calls = null, ILogger? logger = null, TimeProvider? time = null)
    {
        var builder = new InProcessTestClusterBuilder(count);
        TestSilos? silos = null;
        builder.ConfigureSilo((_, silo) =>
        {
            var node = new Node(log, store, settings, clock, time ?? TimeProvider.System, new ClusterSettings { ConnectionString = "", CalendarEvery = null }, logger ?? NullLogger.Instance);
            lock (silos!._nodes) silos._nodes.Add(node);
            SiloSetup.Configure(silo, node);
            if (calls is not null) silo.AddOutgoingGrainCallFilter(calls);
            silo.UseInMemoryReminderService();
            silo.AddMemoryGrainStorage(SiloSetup.StreamSubscriptions);
            silo.AddStartupTask(async (services, cancellation) =>
            {
                ClusterPartitions Partitions(RatingEngine started, Rating.Engine.Books.BookKeeper keeper)
                {
                    node.Attach(started, keeper);
                    var partitions = new ClusterPartitions(node, services, null);
                    lock (silos!._partitions) silos._partitions.Add(partitions);
                    return partitions;
                }

                var engine = await RatingEngine.StartAsync(log, store, settings, clock, TimeProvider.System, Partitions, cancellation);
                lock (silos!._engines) silos._engines.Add(engine);
            });
        });
        silos = new TestSilos(builder.Build());
        await silos.Cluster.DeployAsync();
        // Silos that join one after the other pass partitions on: a test begins when they have stopped doing so.
        await Until.SoAsync("every partition is where it belongs", () => Task.FromResult(silos._engines.TrueForAll(engine => engine.NotReady.Count == 0)));
        return silos;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines) await engine.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
