using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NodaTime;
using Orleans;
using Orleans.Runtime;
using Rating.Domain;
using Rating.Engine.Intake;
using Rating.Engine.Store;
using Rating.Orleans.Contracts;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Tests.Grains;

/// <summary>What the grains do: a message costs 0.10, so that every figure can be counted.</summary>
[Collection(nameof(GrainWorld))]
public sealed class GrainTests(GrainWorld world) : IClassFixture<GrainWorld>
{
    private IReadOnlyList<SiloAddress> Silos => [.. world.Cluster.Silos.Select(silo => silo.SiloAddress)];

    [Fact]
    public async Task Partitions_are_where_rendezvous_puts_them()
    {
        for (var partition = 0; partition < GrainWorld.Partitions; partition++)
        {
            // While silos join, a partition may be where it belonged before.
            var (grain, wanted) = (world.Cluster.Client.GetGrain<IPartitionGrain>(partition), Rendezvous.OfPartition(partition, Silos).ToParsableString());
            await Until.SoAsync($"partition {partition} is where it belongs", async () => (await grain.StatusAsync()).Silo == wanted);
        }
    }

    [Fact]
    public void Rendezvous_spreads_evenly_and_moves_only_what_was_on_the_silo_that_went()
    {
        var silos = Enumerable.Range(1, 5).Select(i => SiloAddress.New(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 10_000 + i), i)).ToList();
        var before = Enumerable.Range(0, 10_000).Select(partition => Rendezvous.OfPartition(partition, silos)).ToList();
        // 2,000 each; five standard deviations of the binomial distribution are 200.
        Assert.All(before.GroupBy(silo => silo), group => Assert.InRange(group.Count(), 1_800, 2_200));
        var after = Enumerable.Range(0, 10_000).Select(partition => Rendezvous.OfPartition(partition, silos[..^1])).ToList();
        Assert.All(before.Zip(after), pair => Assert.True(pair.First.Equals(pair.Second) || pair.First.Equals(silos[^1])));
    }

    [Fact]
    public async Task A_running_charge_is_the_same_through_every_silo_right_after_its_usage()
    {
        await world.SendAsync(3, 7);
        foreach (var engine in world.Engines) Assert.Equal(0.70m, ChargeOf(await engine.BalanceDocumentAsync(GrainWorld.Tenant, new SubscriptionId(GrainWorld.Id(3)), default)));
    }

    [Fact]
    public async Task Usage_in_several_partitions_is_combined()
    {
        for (var i = 0; i < 10; i++) await world.SendAsync(4, 1, $"elsewhere {i}");
        await world.SendAsync(4, 3);
        Assert.Equal(1.30m, ChargeOf(await world.Engines[1].BalanceDocumentAsync(GrainWorld.Tenant, new SubscriptionId(GrainWorld.Id(4)), default)));
    }

    [Fact]
    public async Task A_subscription_is_in_the_silo_of_its_key_and_follows_its_usage_to_another()
    {
        var guess = PartitionOf.Key(GrainWorld.Tenant, GrainWorld.Id(5), GrainWorld.Partitions);
        var grain = world.Cluster.Client.GetGrain<ISubscriptionGrain>(GrainKey.Of(GrainWorld.Tenant.Value, GrainWorld.Id(5)));
        var home = Rendezvous.OfPartition(guess, Silos);
        Assert.Equal(home.ToParsableString(), (await grain.BalanceAsync(0)).Silo);
        var (key, other) = Enumerable.Range(0, 1_000).Select(i => $"key {i}").Select(text => (text, Rendezvous.OfPartition(PartitionOf.Key(GrainWorld.Tenant, text, GrainWorld.Partitions), Silos))).First(one => !one.Item2.Equals(home));
        await world.SendAsync(5, 5, key);
        await Until.SoAsync("it is where its usage is", async () => (await grain.BalanceAsync(0)).Silo == other.ToParsableString());
        Assert.Equal(0.50m, ChargeOf((await grain.BalanceAsync(0)).Document));
    }

    [Fact]
    public async Task A_change_through_one_silo_is_known_to_the_others_when_it_is_answered()
    {
        for (var i = 0; i < 5; i++)
        {
            var id = $"new{i}";
            await world.Engines[i % 3].PutPartiesAsync(
                GrainWorld.Tenant, $$"""{"accounts":[{"id":"{{id}}"}],"subscriptions":[{"id":"{{id}}","account":"{{id}}","start":"2026-03-01","changes":[{"from":"2026-03-01","plan":"plan"}]}]}""", default);
            foreach (var engine in world.Engines) Assert.True(engine.Book.Read(book => book.Tenant(GrainWorld.Tenant)!.Subscriptions.ContainsKey(id)));
        }
    }

    [Fact]
    public async Task A_refusal_travels_with_its_code()
    {
        var grain = world.Cluster.Client.GetGrain<ISubscriptionGrain>(GrainKey.Of(GrainWorld.Tenant.Value, "nobody"));
        Assert.Equal("subscription.unknown", (await Assert.ThrowsAsync<Refused>(() => grain.BalanceAsync(0))).Code);
    }

    [Fact]
    public async Task A_listener_on_any_silo_hears_of_a_change()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var heard = world.Engines[2].WatchBalanceAsync(GrainWorld.Tenant, new SubscriptionId(GrainWorld.Id(6)), patience.Token).GetAsyncEnumerator(patience.Token);
        Assert.True(await heard.MoveNextAsync());
        Assert.Equal(0m, ChargeOf(heard.Current));
        await world.SendAsync(6, 2);
        do Assert.True(await heard.MoveNextAsync());
        while (ChargeOf(heard.Current) != 0.20m);
    }

    [Fact]
    public async Task A_listener_hears_no_more_often_than_stated_and_the_newest_in_the_end()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var heard = world.Engines[1].WatchBalanceAsync(GrainWorld.Tenant, new SubscriptionId(GrainWorld.Id(9)), patience.Token).GetAsyncEnumerator(patience.Token);
        Assert.True(await heard.MoveNextAsync());
        using var enough = new CancellationTokenSource();
        // It changes some ten times as often as anybody is told.
        var sending = Task.Run(async () =>
        {
            var sent = 0;
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            for (; !enough.IsCancellationRequested; sent++)
            {
                await world.First.Intake.AcceptAsync(GrainWorld.Tenant, [Encoding.UTF8.GetBytes(world.Event("9", GrainWorld.Id(9)))], default);
                await pace.WaitForNextTickAsync(default);
            }

            return sent;
        });
        var clock = Stopwatch.StartNew();
        for (var update = 0; update < 3 * Limits.BalanceUpdatesPerSecondMax; update++) Assert.True(await heard.MoveNextAsync());
        var took = clock.Elapsed;
        await enough.CancelAsync();
        var charge = 0.10m * await sending;
        while (ChargeOf(heard.Current) != charge) Assert.True(await heard.MoveNextAsync());
        // Three seconds' worth. A busy machine may hold the first ones up; twice as often as stated would be seen.
        Assert.True(took > TimeSpan.FromSeconds(1.75), $"{3 * Limits.BalanceUpdatesPerSecondMax} updates in {took}");
    }

    [Fact]
    public async Task A_duty_is_done_by_one_silo_at_a_time_and_begun_anew_when_it_fails()
    {
        var (begun, doing, most) = (0, 0, 0);
        var failure = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Calls.Clear();
        world.RunAlone("a duty", async stop =>
        {
            lock (failure) (begun, doing, most) = (begun + 1, doing + 1, Math.Max(most, doing + 1));
            try
            {
                await (begun == 1 ? failure : new TaskCompletionSource()).Task.WaitAsync(stop);
            }
            finally
            {
                lock (failure) doing--;
            }
        });
        // By then each silo has asked for it twice.
        await Until.SoAsync("every silo sees to it", () => Task.FromResult(world.Calls.Count(nameof(IDutyGrain.KeepAsync), "a duty") >= 7));
        Assert.Equal((1, 1), (begun, doing));
        failure.SetException(new InvalidOperationException("It cannot go on."));
        await Until.SoAsync("it is begun anew", () => Task.FromResult(begun == 2));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_threshold_that_usage_on_several_silos_reaches_is_alerted_once_and_heard_on_any_silo()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var id = GrainWorld.Id(8);
        await using var heard = (await world.Engines[2].ListenAsync(GrainWorld.Tenant, patience.Token)).GetAsyncEnumerator(patience.Token);
        await world.First.PutPartiesAsync(
            GrainWorld.Tenant, $$"""{"subscriptions":[{"id":"{{id}}","account":"a08","start":"2026-03-01","changes":[{"from":"2026-03-01","plan":"plan"}],"alerts":[{"key":"spend","thresholds":[{"code":"two","value":"2.00"}]}]}]}""", default);
        // 2.00 in all; no partition, and no silo, has as much.
        var keys = Enumerable.Range(0, 1_000).Select(i => $"key {i}").GroupBy(key => Rendezvous.OfPartition(PartitionOf.Key(GrainWorld.Tenant, key, GrainWorld.Partitions), Silos)).Select(silo => silo.First()).ToList();
        Assert.True(keys.Count > 1);
        for (var i = 0; i < 20; i++) await world.SendAsync(8, 1, keys[i % keys.Count]);
        Assert.True(await heard.MoveNextAsync());
        Assert.Equal($"{id}/314/spend/two/0", heard.Current.Id);
        Assert.Contains("\"reached\":\"2.00\",\"value\":\"2.00\"", heard.Current.Document, StringComparison.Ordinal);
        foreach (var engine in world.Engines) await engine.AlertedAsync(patience.Token);
        var stored = new List<StoredAlert>();
        await foreach (var alert in world.Store.ReadAlertsAsync(GrainWorld.Tenant, null, default)) stored.Add(alert);
        Assert.Equal(heard.Current, Assert.Single(stored));
    }

    [Fact]
    public async Task A_partition_that_another_owner_took_is_dropped_and_opened_anew()
    {
        await world.SendAsync(7, 3);
        var partition = PartitionOf.Key(GrainWorld.Tenant, GrainWorld.Id(7), GrainWorld.Partitions);
        // Another owner, as a second activation would be: the next commit of the first is refused.
        await world.Store.TakeOverAsync(partition, default);
        await world.SendAsync(7, 4);
        Assert.Equal(0.70m, ChargeOf(await world.First.BalanceDocumentAsync(GrainWorld.Tenant, new SubscriptionId(GrainWorld.Id(7)), default)));
    }

    private static decimal ChargeOf(string document) => decimal.Parse(JsonDocument.Parse(document).RootElement.GetProperty("charge").GetString()!, CultureInfo.InvariantCulture);
}
