using NodaTime;

namespace Rating.Tests.Engine;

/// <summary>Totals in memory have 64 bits of 10^-9 units, 9.2 thousand million units; larger ones are as exact.</summary>
public sealed class LargeTotalsTests
{
    private const string Book = """
        {"currency":"EUR","effectiveFrom":"2026-01-01",
         "meters":[{"key":"sent","event":"sent","value":"v"},{"key":"peak","event":"peak","value":"v","aggregation":"max"},{"key":"pay","event":"pay","value":"v"}],
         "plans":[{"key":"p","charges":[
           {"key":"sent","model":"perUnit","meter":"sent","price":"0.000000001"},
           {"key":"peak","model":"perUnit","meter":"peak","price":"0.000000001"},
           {"key":"pay","model":"percentage","meter":"pay","rate":"1"}]}]}
        """;

    [Fact]
    public async Task Totals_beyond_64_bits_are_exact_live_after_a_restart_and_when_closed()
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 10, 0, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Book, null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}],"subjects":[{"subject":"49","subscription":"S","from":"2026-01-01T00:00:00Z"}]}""", default);
        await world.SendAsync(
            Event("s1", "sent", "6000000000"), Event("s2", "sent", "6000000000.5"), Event("s3", "sent", "5999999999.5"), Event("k1", "peak", "5"), Event("k2", "peak", "1000000000000"), Event("k3", "peak", "7"),
            Event("p1", "pay", "30000000000"), Event("p2", "pay", "5"));
        // 18 thousand million at 0.000000001; a million million at as much; 1 % of 30,000,000,000 and of 5.
        Assert.Equal("300001018.05", (await world.BalanceAsync("S")).Charge.ToText());
        await world.RestartAsync();
        await world.SendAsync(Event("s4", "sent", "1000000000"), Event("p3", "pay", "100"));
        Assert.Equal("300001020.05", (await world.BalanceAsync("S")).Charge.ToText());
        world.Clock.Set(Instant.FromUtc(2026, 4, 3, 0, 0));
        Assert.Equal("300001020.05", Assert.Single((await world.CloseAsync("2026-04-01")).Snapshots).Total.ToText());
        await world.MustBeCleanAsync("large totals");
    }

    // All to one partition: its totals are what is large.
    private static string Event(string id, string type, string value) =>
        $"{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"app\",\"type\":\"{type}\",\"subject\":\"49\",\"partitionkey\":\"one\",\"time\":\"2026-03-05T00:00:00Z\",\"data\":{{\"v\":{value}}}}}";
}
