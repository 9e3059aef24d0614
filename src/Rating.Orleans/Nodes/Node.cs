using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Books;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Engine.Partitions;
using Rating.Engine.Store;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Nodes;

/// <summary>What a process of the cluster has for its grains: log, store, engine and book, and the partitions that are served here.</summary>
internal sealed class Node(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, TimeProvider time, ClusterSettings cluster, ILogger logger)
{
    private static readonly TimeSpan LeftFor = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<int, long> _left = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IUsageLog Log { get; } = log;

    public IRatingStore Store { get; } = store;

    public RatingSettings Settings { get; } = settings;

    public IClock Clock { get; } = clock;

    public TimeProvider Time { get; } = time;

    public ClusterSettings Cluster { get; } = cluster;

    public ILogger Logger { get; } = logger;

    public RatingEngine Engine { get; private set; } = null!;

    public BookKeeper Keeper { get; private set; } = null!;

    /// <summary>The partitions that are served in this process.</summary>
    public ConcurrentDictionary<int, ServedPartition> Served { get; } = new();

    /// <summary>What one silo of the cluster does at a time, by name; this one can.</summary>
    public ConcurrentDictionary<string, Func<CancellationToken, Task>> Duties { get; } = new(StringComparer.Ordinal);

    /// <summary>Done when the engine has its book: before that no grain can answer.</summary>
    public Task Started => _started.Task;

    /// <summary>Completed and renewed when what is served here changes.</summary>
    public Signal Changed { get; } = new();

    /// <summary>Whether a partition belongs to this silo, as it sees the cluster now; asked once the silo is a member.</summary>
    public Func<int, bool> BelongsHere { get; set; } = _ => true;

    /// <summary>Remembers that a partition was let go because it belongs elsewhere.</summary>
    public void Leave(int partition) => _left[partition] = Time.GetTimestamp();

    /// <summary>Whether a partition was let go just now, and still belongs elsewhere.</summary>
    /// <remarks>Silos that remember where it was would send their calls here, and Orleans would begin it here again, and so on. Refused, they forget, and ask placement.</remarks>
    public bool HasLeft(int partition) => _left.TryGetValue(partition, out var left) && Time.GetElapsedTime(left) < LeftFor && !BelongsHere(partition);

    public void Attach(RatingEngine engine, BookKeeper keeper) => (Engine, Keeper) = (engine, keeper);

    public void Start() => _started.TrySetResult();

    /// <summary>The partition that a subscription's usage is in when its id is the key of its records.</summary>
    public int FirstGuess(string grainKey)
    {
        var (tenant, subscription) = GrainKey.Parse(grainKey);
        return PartitionOf.Key(new TenantId(tenant), subscription, Log.Partitions);
    }
}
