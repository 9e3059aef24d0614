using System.Diagnostics;
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
    private IReadOnlyList<SiloAddress> Silos => [.. world.Cluster.Silos.Select(silo => silo.SiloAddress)];

    [Fact]
    public async Task Usage_keyed_by_subscription_is_read_where_it_is_without_another_call_and_elsewhere_with_one()
    {
        for (var subscription = 0; subscription < 12; subscription++) await world.SendAsync(subscription, 1 + subscription);
        for (var subscription = 0; subscription < 12; subscription++)
        {
            var id = GrainWorld.Id(subscription);
            var home = await SiloOfAsync(id);
            foreach (var engine in world.Engines)
                await UntilAsync(async () =>
                {
                    world.Calls.Clear();
                    Assert.Equal(0.10m * (1 + subscription), ChargeOf(await engine.BalanceDocumentAsync(GrainWorld.Tenant, new SubscriptionId(id), default)));
                    // One call to where it is, which asks nobody: not even the partitions that other silos serve.
                    Assert.Equal(1, world.Calls.Count(nameof(ISubscriptionGrain.BalanceAsync), id));
                    return world.Calls.Count(nameof(IPartitionGrain.UsageAsync)) == 0;
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
        await UntilAsync(async () =>
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

    private ISubscriptionGrain GrainOf(string id) => world.Cluster.Client.GetGrain<ISubscriptionGrain>(GrainKey.Of(GrainWorld.Tenant.Value, id));

    private async Task<string> SiloOfAsync(string key) => (await world.Cluster.Client.GetGrain<IPartitionGrain>(PartitionOf.Key(GrainWorld.Tenant, key, GrainWorld.Partitions)).StatusAsync()).Silo;

    // A key whose usage goes to a partition on a silo that is as wanted.
    private async Task<string> KeyAsync(Func<string, bool> isWanted)
    {
        for (var i = 0; ; i++)
            if (isWanted(await SiloOfAsync($"key {i}"))) return $"key {i}";
    }

    // On a busy machine a silo may not be heard of for a moment; then it is asked.
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (!await isSo()) Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "it did not come true within a minute");
    }

    private static decimal ChargeOf(string document) => decimal.Parse(JsonDocument.Parse(document).RootElement.GetProperty("charge").GetString()!, CultureInfo.InvariantCulture);
}
