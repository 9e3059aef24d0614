using System.Globalization;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Rating.Domain;
using Rating.Engine.Intake;
using Rating.Orleans.Contracts;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Which partitions a running charge is asked of: a message costs 0.10, and every call of a grain is counted.</summary>
[Collection(nameof(GrainWorld))]
public sealed class LocalReadTests(GrainWorld world) : IClassFixture<GrainWorld>
{
    // On a busy machine a silo may not be heard of for a moment; then it is asked.
    private const string Heard = "only those are asked that have usage of it";

    private IReadOnlyList<SiloAddress> Silos => [.. world.Cluster.Silos.Select(silo => silo.SiloAddress)];

    [Fact]
    public async Task Usage_keyed_by_subscription_is_read_where_it_is_without_another_call_and_elsewhere_with_one()
    {
        await world.SendEachAsync(12);
        for (var subscription = 0; subscription < 12; subscription++)
        {
            var id = GrainWorld.Id(subscription);
            var home = await SiloOfAsync(id);
            foreach (var engine in world.Engines)
                await Until.SoAsync(Heard, async () =>
                {
                    world.Calls.Clear();
                    Assert.Equal(0.10m * (1 + subscription), ChargeOf(await engine.BalanceDocumentAsync(GrainWorld.Tenant, new SubscriptionId(id), default)));
                    // One call to where it is, which asks nobody: not even the partitions that other silos serve.
                    return world.Calls.Count(nameof(ISubscriptionGrain.BalanceAsync), id) == 1 && world.Calls.Count(nameof(IPartitionGrain.UsageAsync)) == 0;
                });
            Assert.Equal(home, (await GrainOf(id).BalanceAsync(0)).Silo);
        }
    }

    [Fact]
    public async Task A_spread_subscription_asks_only_the_partitions_that_have_usage_of_it()
    {
        var id = GrainWorld.Id(13);
        // A partition on each silo, however they are spread.
        var keys = new List<string>();
        foreach (var silo in Silos) keys.Add(await KeyAsync(of => of == silo.ToParsableString()));
        for (var i = 0; i < keys.Count; i++) await world.SendAsync(13, i == 1 ? 9 : 1, keys[i]);
        var asked = keys.Where((_, i) => i != 1).Select(key => PartitionOf.Key(GrainWorld.Tenant, key, GrainWorld.Partitions)).ToList();
        await Until.SoAsync(Heard, async () =>
        {
            world.Calls.Clear();
            var balance = await GrainOf(id).BalanceAsync(0);
            Assert.Equal(1.10m, ChargeOf(balance.Document));
            // Where most of it is, whatever its key says; from there the two others are asked.
            return balance.Silo == Silos[1].ToParsableString() && world.Calls.Count(nameof(IPartitionGrain.UsageAsync)) == 2
                && asked.TrueForAll(partition => world.Calls.Count(nameof(IPartitionGrain.UsageAsync), $"/{partition:X}") == 1);
        });
    }

    [Fact]
    public async Task A_new_activation_goes_straight_to_where_its_usage_is()
    {
        var id = GrainWorld.Id(14);
        var guess = await SiloOfAsync(id);
        var key = await KeyAsync(silo => silo != guess);
        await world.SendAsync(14, 4, key);
        await Until.SoAsync("every silo has heard of it", () => Task.FromResult(world.Weights(key, id).All(weight => weight > 0)));
        // The grain has never been used. What was decided is known to every silo, and so is where to begin it.
        var first = await GrainOf(id).BalanceAsync(0);
        Assert.Equal(await SiloOfAsync(key), first.Silo);
    }

    [Fact]
    public async Task What_is_decided_is_in_the_running_charge_through_every_silo_also_where_a_partition_never_had_usage_of_it()
    {
        for (var i = 1; i <= 3 * GrainWorld.Partitions; i++)
        {
            await world.SendAsync(15, 1, $"elsewhere {i}");
            foreach (var engine in world.Engines) Assert.Equal(0.10m * i, ChargeOf(await engine.BalanceDocumentAsync(GrainWorld.Tenant, new SubscriptionId(GrainWorld.Id(15)), default)));
        }
    }

    [Fact]
    public async Task A_partition_that_is_taken_over_is_asked_until_its_next_owner_tells_what_it_has()
    {
        await world.SendAsync(16, 3, "taken over");
        var partition = PartitionOf.Key(GrainWorld.Tenant, "taken over", GrainWorld.Partitions);
        var epoch = (await world.Store.TakeOverAsync(partition, default)).Epoch;
        // Its owner finds out when it stores the next.
        await world.SendAsync(16, 2, "taken over");
        await MustBeAsync(16, 0.50m);
        Assert.True((await world.Store.PlaceOfAsync(partition, default)).Epoch > epoch);
    }

    [Fact]
    public async Task Usage_that_is_rated_anew_for_another_is_in_that_ones_running_charge_through_every_silo_when_the_change_is_answered()
    {
        var keys = Enumerable.Range(0, 2 * GrainWorld.Partitions).Select(i => $"rated anew {i}").ToList();
        await world.SendAsync(keys.Select(key => world.Event("17", key)));
        await MustBeAsync(17, 0.10m * keys.Count);
        await MustBeAsync(18, 0);
        await world.Engines[1].PutPartiesAsync(GrainWorld.Tenant, $$"""{"subjects":[{"subject":"17","subscription":"{{GrainWorld.Id(18)}}","from":"2026-03-05T00:00:00Z"}]}""", default);
        await MustBeAsync(18, 0.10m * keys.Count);
        await MustBeAsync(17, 0);
    }

    [Fact]
    public async Task Of_usage_in_suspense_what_is_void_is_in_no_running_charge_and_the_rest_in_that_of_its_subscription_through_every_silo()
    {
        var keys = Enumerable.Range(0, 2 * GrainWorld.Partitions).Select(i => $"in suspense {i}").ToList();
        await world.SendAsync(keys.Select(key => world.Event("nobody's", key)));
        await MustBeAsync(19, 0);
        var waiting = new List<(int Partition, long Position)>();
        await foreach (var (partition, entry) in world.First.SuspendedAsync(GrainWorld.Tenant, int.MaxValue, default)) waiting.Add((partition, entry.Position));
        Assert.Equal(keys.Count, waiting.Count);
        Assert.Equal(5, (await world.Engines[1].VoidSuspenseAsync(GrainWorld.Tenant, waiting[..5], default)).Resolved);
        await world.Engines[2].PutPartiesAsync(GrainWorld.Tenant, $$"""{"subjects":[{"subject":"nobody's","subscription":"{{GrainWorld.Id(19)}}","from":"2026-03-05T00:00:00Z"}]}""", default);
        Assert.Equal(keys.Count - 5, (await world.Engines[2].RetrySuspenseAsync(GrainWorld.Tenant, default)).Resolved);
        await MustBeAsync(19, 0.10m * (keys.Count - 5));
    }

    private async Task MustBeAsync(int subscription, decimal charge)
    {
        foreach (var engine in world.Engines) Assert.Equal(charge, ChargeOf(await engine.BalanceDocumentAsync(GrainWorld.Tenant, new SubscriptionId(GrainWorld.Id(subscription)), default)));
    }

    private ISubscriptionGrain GrainOf(string id) => world.Cluster.Client.GetGrain<ISubscriptionGrain>(GrainKey.Of(GrainWorld.Tenant.Value, id));

    private async Task<string> SiloOfAsync(string key) => (await world.Cluster.Client.GetGrain<IPartitionGrain>(PartitionOf.Key(GrainWorld.Tenant, key, GrainWorld.Partitions)).StatusAsync()).Silo;

    // A key whose usage goes to a partition on a silo that is as wanted.
    private async Task<string> KeyAsync(Func<string, bool> isWanted)
    {
        for (var i = 0; ; i++)
            if (isWanted(await SiloOfAsync($"key {i}"))) return $"key {i}";
    }

    private static decimal ChargeOf(string document) => decimal.Parse(JsonDocument.Parse(document).RootElement.GetProperty("charge").GetString()!, CultureInfo.InvariantCulture);
}
