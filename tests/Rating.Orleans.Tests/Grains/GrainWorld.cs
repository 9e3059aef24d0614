using System.Text;
using Orleans.TestingHost;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Three silos in this process over a log and a store in memory: what grains do, without what processes do to them.</summary>
public sealed class GrainWorld : IAsyncLifetime, IAsyncDisposable
{
    public const int Partitions = 8;
    public const int Subscriptions = 24;
    private const string Catalog = """
        {"name":"Made up","currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"messages","event":"sms"}],
         "plans":[{"key":"plan","charges":[{"key":"sms","name":"SMS","model":"perUnit","meter":"messages","price":"0.10"}]},
                  {"key":"desk","charges":[{"key":"seat","name":"Seat","model":"recurring","timing":"advance","price":"5.00"}]}]}
        """;

    public static readonly TenantId Tenant = new("default");
    private TestSilos _silos = null!;
    private readonly MemoryUsageLog _log = new(Partitions);
    private readonly MemoryRatingStore _store = new(Partitions);
    private int _events;

    public InProcessTestCluster Cluster => _silos.Cluster;

    internal IReadOnlyList<RatingEngine> Engines => _silos.Engines;

    internal IReadOnlyList<Rating.Orleans.Nodes.Node> Nodes => _silos.Nodes;

    /// <summary>The calls of grains that any silo made.</summary>
    internal GrainCalls Calls { get; } = new();

    /// <summary>Has every silo able to do something that one of them does at a time.</summary>
    public void RunAlone(string name, Func<CancellationToken, Task> run)
    {
        foreach (var partitions in _silos.Partitions) partitions.RunAlone(name, run);
    }

    public RatingEngine First => Engines[0];

    internal MemoryRatingStore Store => _store;

    public TestClock Clock { get; } = new();

    internal TaxesAway Taxes { get; } = new();

    /// <summary>How much each silo knows a subscription to have used in the partition of a key.</summary>
    public IEnumerable<byte> Weights(string key, string subscription)
    {
        var partition = PartitionOf.Key(Tenant, key, Partitions);
        var index = First.Book.Read(book => book.Tenant(Tenant)!.Subscriptions[subscription].Index);
        return _silos.Nodes.Select(node => node.Served.TryGetValue(partition, out var served) ? served.Runner.WeightOf(index) : node.Holders.WeightOf(partition, index));
    }

    public static string Id(int subscription) => $"s{subscription:00}";

    public async Task InitializeAsync()
    {
        // The silos' names are new in each run, and of eight runs one has a silo that owns no partition: the tests want one in each.
        while (true)
        {
            _silos = await TestSilos.StartAsync(3, _log, _store, new RatingSettings { Partitions = Partitions, CheckpointEvery = TimeSpan.FromMilliseconds(20), TaxService = Taxes }, Clock, Calls);
            if (_silos.Nodes.All(node => !node.Served.IsEmpty)) break;
            await _silos.DisposeAsync();
        }

        await First.PutCatalogAsync(Tenant, Catalog, null, default);
        var accounts = string.Join(',', Enumerable.Range(0, Subscriptions).Select(i => $$"""{"id":"a{{i:00}}"}"""));
        var subscriptions = string.Join(',', Enumerable.Range(0, Subscriptions).Select(i => $$"""{"id":"{{Id(i)}}","account":"a{{i:00}}","start":"2026-03-01","changes":[{"from":"2026-03-01","plan":"plan"}]}"""));
        var subjects = string.Join(',', Enumerable.Range(0, Subscriptions).Select(i => $$"""{"subject":"{{i}}","subscription":"{{Id(i)}}","from":"2026-03-01T00:00:00Z"}"""));
        await First.PutPartiesAsync(Tenant, $$"""{"accounts":[{{accounts}}],"subscriptions":[{{subscriptions}}],"subjects":[{{subjects}}]}""", default);
    }

    /// <summary>Sends usage of one subscription, and waits until it has its verdicts.</summary>
    /// <param name="subscription">Whose.</param>
    /// <param name="count">How many messages.</param>
    /// <param name="key">The partition key; the subscription's id when it says nothing.</param>
    public Task SendAsync(int subscription, int count, string? key = null) => SendAsync(Enumerable.Range(0, count).Select(_ => Event($"{subscription}", key ?? Id(subscription))));

    /// <summary>Sends usage of the first subscriptions, one message of the first, two of the second and so on, and waits until it has its verdicts.</summary>
    public Task SendEachAsync(int subscriptions) =>
        SendAsync(Enumerable.Range(0, subscriptions).SelectMany(subscription => Enumerable.Range(0, 1 + subscription).Select(_ => Event($"{subscription}", Id(subscription)))));

    /// <summary>Sends events, and waits until they have their verdicts.</summary>
    public async Task SendAsync(IEnumerable<string> events)
    {
        var receipt = await First.Intake.AcceptAsync(Tenant, [.. events.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))], default);
        await First.DecidedAsync(receipt.Ends, default);
    }

    /// <summary>A message of March 10; no other has its id, unless that is named.</summary>
    public string Event(string subject, string key, string? id = null) =>
        $$"""{"specversion":"1.0","id":"{{id ?? $"e{Interlocked.Increment(ref _events)}"}}","source":"test","type":"sms","subject":"{{subject}}","partitionkey":"{{key}}","time":"2026-03-10T08:00:00Z"}""";

    public async Task DisposeAsync()
    {
        await _silos.DisposeAsync();
        await _log.DisposeAsync();
        await _store.DisposeAsync();
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());
}
