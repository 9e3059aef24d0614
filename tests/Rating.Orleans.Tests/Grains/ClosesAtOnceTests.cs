using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Documents;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Tests.Engine;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Closes and bill runs of different addresses that concern one subscription at the same time: each fee is billed once. A desk costs 5.00 a month, in advance.</summary>
public sealed class ClosesAtOnceTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TenantId Tenant = new("default");
    private readonly TestClock _clock = new();
    private readonly MemoryUsageLog _log = new(1);
    private readonly IRatingStore _store;
    private readonly FaultyStore _faults;
    private TestSilos _silos = null!;

    public ClosesAtOnceTests() => (_store, _faults) = FaultyStore.Around(new MemoryRatingStore(1));

    private RatingEngine Engine => _silos.Engines[0];

    [Fact]
    public async Task A_period_is_closed_when_the_one_before_has_its_snapshot_whoever_makes_that()
    {
        await BeginAsync(Instant.FromUtc(2026, 6, 10, 0, 0));
        var (march, april, others) = (Happens(), Happens(), Happens());
        var (goOn, store) = (Happens(), Happens());
        _faults.OnSnapshots = async (batch, _, save) =>
        {
            if (batch == 2)
            {
                april.SetResult();
                await store.Task;
            }

            await save();
            if (batch == 1)
            {
                march.SetResult();
                await goOn.Task;
            }

            if (batch == 3) others.SetResult();
        };
        var all = Engine.CloseDocumentAsync(Tenant, null, null, null, default);
        await march.Task;
        var one = Engine.CloseDocumentAsync(Tenant, new AccountId("a"), null, null, default);
        await april.Task;
        // April of one is begun elsewhere and held up; the close of all goes on with what comes next.
        goOn.SetResult();
        await others.Task;
        store.SetResult();
        Assert.All(await Task.WhenAll(all, one), answer => Assert.Contains("\"parked\":[]", answer, StringComparison.Ordinal));
        foreach (var subscription in new[] { "a", "b" }) Assert.Equal(["period 10.00 EUR", "period 5.00 EUR", "period 5.00 EUR"], await SnapshotsAsync(subscription));
    }

    [Fact]
    public async Task An_activation_and_a_close_that_do_not_know_of_each_other_bill_the_first_advance_once()
    {
        await BeginAsync(Instant.FromUtc(2026, 4, 10, 0, 0));
        var (activated, closed, store) = (Happens(), Happens(), Happens());
        _faults.OnSnapshots = async (batch, snapshots, save) =>
        {
            if (snapshots.Any(snapshot => snapshot.Kind == "activation"))
            {
                activated.TrySetResult();
                await store.Task;
            }

            await save();
            if (batch is not null) closed.TrySetResult();
        };
        var billed = Engine.BillRunAsync(Tenant, new AccountId("a"), activations: true, default);
        await activated.Task;
        var all = Engine.CloseDocumentAsync(Tenant, null, null, null, default);
        await closed.Task;
        store.SetResult();
        await Task.WhenAll(billed, all);
        Assert.Equal(["period 10.00 EUR"], await SnapshotsAsync("a"));
    }

    public async Task InitializeAsync() => _silos = await TestSilos.StartAsync(1, _log, _store, new RatingSettings { Partitions = 1 }, _clock);

    public async Task DisposeAsync()
    {
        await _silos.DisposeAsync();
        await _log.DisposeAsync();
        await _store.DisposeAsync();
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    private static TaskCompletionSource Happens() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task BeginAsync(Instant now)
    {
        _clock.Now = now;
        await Engine.PutCatalogAsync(
            Tenant, """{"currency":"EUR","effectiveFrom":"2026-01-01","meters":[],"plans":[{"key":"desk","charges":[{"key":"seat","model":"recurring","timing":"advance","price":"5"}]}]}""", null, default);
        await Engine.PutPartiesAsync(
            Tenant, """{"accounts":[{"id":"a"},{"id":"b"}],"subscriptions":[{"id":"a","account":"a","start":"2026-03-01","changes":[{"plan":"desk"}]},{"id":"b","account":"b","start":"2026-03-01","changes":[{"plan":"desk"}]}]}""", default);
    }

    private async Task<IReadOnlyList<string>> SnapshotsAsync(string subscription)
    {
        var found = new List<string>();
        await foreach (var stored in _store.ReadSnapshotsAsync(Tenant, new SubscriptionId(subscription), null, default))
            found.Add($"{stored.Kind} {BillingDocuments.ReadSnapshot(stored.Document).Total}");
        return found;
    }
}
