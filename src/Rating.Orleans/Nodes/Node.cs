using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NodaTime;
using Orleans.Runtime;
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
    private long _asked;
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

    /// <summary>What is known of the partitions that are served elsewhere.</summary>
    public Holders Holders { get; } = new(log.Partitions, time);

    /// <summary>What one silo of the cluster does at a time, by name; this one can.</summary>
    public ConcurrentDictionary<string, Func<CancellationToken, Task>> Duties { get; } = new(StringComparer.Ordinal);

    /// <summary>Done when the engine has its book: before that no grain can answer.</summary>
    public Task Started => _started.Task;

    /// <summary>Whether this process goes: what its grains are asked is answered elsewhere soon.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Completed and renewed when what is served here changes.</summary>
    public Signal Changed { get; } = new();

    /// <summary>Whether a partition belongs to this silo, as it sees the cluster now; asked once the silo is a member.</summary>
    public Func<int, bool> BelongsHere { get; set; } = _ => true;

    /// <summary>How long ago another silo asked what the partitions hold that are served here.</summary>
    public TimeSpan SinceAsked => Time.GetElapsedTime(Volatile.Read(ref _asked));

    /// <summary>Remembers that it asks, before it is answered.</summary>
    public void Asked() => Volatile.Write(ref _asked, Time.GetTimestamp());

    /// <summary>Remembers that a partition was let go because it belongs elsewhere.</summary>
    public void Leave(int partition) => _left[partition] = Time.GetTimestamp();

    /// <summary>Whether a partition was let go just now, and still belongs elsewhere.</summary>
    /// <remarks>Silos that remember where it was would send their calls here, and Orleans would begin it here again, and so on. Refused, they forget, and ask placement.</remarks>
    public bool HasLeft(int partition) => _left.TryGetValue(partition, out var left) && Time.GetElapsedTime(left) < LeftFor && !BelongsHere(partition);

    public void Attach(RatingEngine engine, BookKeeper keeper) => (Engine, Keeper) = (engine, keeper);

    public void Start() => _started.TrySetResult();

    /// <summary>Does what a grain was asked to do. What does not answer then is what it needs; only when this process goes, it is worth asking the grain again at once.</summary>
    public async Task<T> DoAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Unavailable needed) when (!IsLeaving)
        {
            throw new Unavailable(needed.Message, needed) { IsLasting = true };
        }
    }

    /// <summary>The home of a subscription: the partition that has most of its usage, as far as is known; before the first, the one that it is in when its id is the key of its records.</summary>
    private int HomeOf(string grainKey)
    {
        var (tenant, subscription) = (new TenantId(GrainKey.Parse(grainKey).Tenant), GrainKey.Parse(grainKey).Name);
        var home = PartitionOf.Key(tenant, subscription, Log.Partitions);
        if (!_started.Task.IsCompleted || Keeper.Book.Read(book => book.Tenant(tenant)?.Subscriptions.GetValueOrDefault(subscription)?.Index) is not { } index) return home;
        var most = WeightOf(home, index);
        for (var partition = 0; partition < Log.Partitions; partition++)
            if (WeightOf(partition, index) is var weight && weight > most) (home, most) = (partition, weight);
        return home;
    }

    /// <summary>The silo of the home of a subscription: the one that serves it, as far as that is known; else the one where it belongs.</summary>
    /// <param name="grainKey">The subscription.</param>
    /// <param name="here">This silo.</param>
    /// <param name="silos">The silos that it may be.</param>
    public SiloAddress SiloOf(string grainKey, SiloAddress here, IReadOnlyList<SiloAddress> silos)
    {
        var home = HomeOf(grainKey);
        var silo = Served.ContainsKey(home) ? here : Holders.SiloOf(home);
        return silo is not null && silos.Contains(silo) ? silo : Rendezvous.OfPartition(home, silos);
    }

    private byte WeightOf(int partition, int subscription) => Served.TryGetValue(partition, out var served) ? served.Runner.WeightOf(subscription) : Holders.WeightOf(partition, subscription);
}
