using NodaTime;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Tests.Engine;

/// <summary>Charges that depend on order, on levels and on costs, through partitions, checkpoints, restarts, closing and late usage; it ends with the auditor.</summary>
public sealed class ChargeModelsInEngineTests
{
    private const string Book = """
        {"currency":"EUR","effectiveFrom":"2026-01-01",
         "meters":[{"key":"pay","event":"pay","value":"v"},{"key":"gb","event":"stored","value":"v","aggregation":"timeWeighted"},{"key":"load","event":"load","value":"v","aggregation":"average"},{"key":"s","event":"call","value":"v"}],
         "decks":[{"key":"sell","timeZone":"UTC","numbering":{"country":"49","internal":["ZXX"]},"rates":[{"prefix":"49","destination":"Germany","perMinute":"0.10"},{"prefix":"43","destination":"Austria","perMinute":"0.20"}]},
                  {"key":"buy","timeZone":"UTC","rates":[{"prefix":"49","destination":"DE","perMinute":"0.045"}]}],
         "plans":[{"key":"p","charges":[
           {"key":"pay","model":"percentage","meter":"pay","rate":"1","fee":"0.10","freeCount":2,"minimum":"0.50"},
           {"key":"gb","model":"perUnit","meter":"gb","price":"0.01"},
           {"key":"load","model":"perUnit","meter":"load","price":"1"},
           {"key":"calls","model":"rateDeck","meter":"s","deck":"sell","cost":{"deck":"buy"}}]}]}
        """;

    [Fact]
    public async Task Order_levels_and_costs_survive_partitions_restarts_and_late_usage()
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 31, 23, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Book, null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}],"subjects":[{"subject":"49","subscription":"S","from":"2026-01-01T00:00:00Z"}]}""", default);
        // The first two payments are free by their time, though they arrive last: 30 costs 0.50 at least, 40 costs 0.40 + 0.10.
        await world.SendAsync(Event("p4", "pay", "2026-03-05T00:00:04Z", "40"), Event("p3", "pay", "2026-03-05T00:00:03Z", "30"), Event("l1", "load", "2026-03-05T00:00:00Z", "1"), Event("c1", "call", "2026-03-05T00:00:00Z", "60", "49301"), Event("c2", "call", "2026-03-05T00:00:01Z", "60", "43101"));
        await world.RestartAsync();
        await world.SendAsync(Event("p1", "pay", "2026-03-05T00:00:01Z", "10"), Event("p2", "pay", "2026-03-05T00:00:02Z", "20"), Event("l2", "load", "2026-03-05T00:00:01Z", "2"), Event("l3", "load", "2026-03-05T00:00:02Z", "2"),
            Event("g1", "stored", "2026-03-31T00:00:00Z", "10"), Event("c3", "call", "2026-03-05T00:00:02Z", "60", "49302"), Event("c4", "call", "2026-03-05T00:00:02Z", "60", "201"));
        Assert.Equal(1, (await world.VerdictsAsync())[(Verdict.NotBillable, VerdictReason.Internal)]);

        world.Clock.Set(Instant.FromUtc(2026, 4, 3, 0, 0));
        await world.RestartAsync();
        var march = Assert.Single((await world.CloseAsync("2026-04-01")).Snapshots);
        // 1.00 for payments, 24 h x 10 x 0.01 = 2.40, 5 / 3 = 1.67, calls 0.20 + 0.20.
        Assert.Equal("5.47", march.Total.ToText());
        var germany = Assert.Single(march.Lines, line => line.Detail == "Germany");
        Assert.Equal(("0.20", "0.09", 0L), (germany.Amount.ToText(), germany.Cost!.Value.ToText(), germany.Uncosted));
        Assert.Equal(1, Assert.Single(march.Lines, line => line.Detail == "Austria").Uncosted);
        // The level goes on: three days of 24 h by the end of 3 April.
        Assert.Equal("7.20", (await world.BalanceAsync("S")).Charge.ToText());

        await world.SendAsync(Event("g2", "stored", "2026-03-31T12:00:00Z", "0"), Event("c5", "call", "2026-03-05T00:00:03Z", "60", "43102"));
        world.Clock.Set(Instant.FromUtc(2026, 5, 3, 0, 0));
        var april = Assert.Single((await world.CloseAsync("2026-05-01")).Snapshots);
        // Half a day less in March, and nothing in April; one call more, whose cost nobody knows.
        Assert.Equal("-1.00", april.Total.ToText());
        Assert.Equal(1, Assert.Single(april.Lines, line => line.Detail == "Austria").Uncosted);

        await world.SendAsync(Event("g3", "stored", "2026-03-31T18:00:00Z", "20"));
        await world.RestartAsync();
        world.Clock.Set(Instant.FromUtc(2026, 6, 3, 0, 0));
        var may = Assert.Single((await world.CloseAsync("2026-06-01")).Snapshots);
        // March 6 h x 20 more; April, sealed, 720 h x 20; May 744 h x 20.
        Assert.Equal(["1.20", "144.00"], may.Lines.Where(line => line.Kind == LineKind.LateUsage).Select(line => line.Amount.ToText()));
        Assert.Equal("294.00", may.Total.ToText());
        await world.MustBeCleanAsync("order, levels, costs");
    }

    private static string Event(string id, string type, string time, string value, string called = "") =>
        $"{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"app\",\"type\":\"{type}\",\"subject\":\"49\",\"partitionkey\":\"{id}\",\"time\":\"{time}\",\"data\":{{\"v\":{value}{(called.Length == 0 ? "" : $",\"called\":\"{called}\"")}}}}}";
}
