using NodaTime;
using Rating.Domain;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Made-up price books, customers and usage, through the whole engine; the auditor recomputes every verdict, running charge, snapshot and invoice.</summary>
public sealed class WholeInvoiceTests
{
    /// <summary>A short list; <c>RATING_SEEDS=1-500</c> runs more.</summary>
    public static TheoryData<int> Seeds
    {
        get
        {
            var range = (Environment.GetEnvironmentVariable("RATING_SEEDS") ?? $"1-{EngineWorld.Rounds(16)}").Split('-').Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            return [.. Enumerable.Range(range[0], range[^1] - range[0] + 1)];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task The_oracle_agrees_on_every_verdict_charge_and_invoice(int seed) => PlayAsync(seed, null);

    /// <summary>Plays a scenario to its end on a store, in memory when none is given.</summary>
    internal static async Task PlayAsync(int seed, IRatingStore? store)
    {
        var scenario = new Scenario(seed);
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 1, 0, 0), store: store);
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, scenario.Catalog("2026-01-01"), null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, scenario.Parties(6), default);
        var sent = new List<string>();
        var day = Instant.FromUtc(2026, 3, 1, 0, 0);
        for (var step = 0; step < 24; step++)
        {
            day += Duration.FromDays(4);
            world.Clock.Set(day);
            var from = scenario.Next(5) == 0 ? day - Duration.FromDays(scenario.Next(60)) : day - Duration.FromDays(4);
            var batch = Enumerable.Range(0, 40).Select(_ => scenario.Event(from, day + Duration.FromHours(scenario.Next(30)))).ToList();
            if (sent.Count > 0) batch.AddRange(Enumerable.Range(0, 4).Select(_ => scenario.Pick(sent)));
            batch.Add("{\"specversion\":\"1.0\"}");
            sent.AddRange(batch);
            await world.SendAsync([.. batch]);
            switch (scenario.Next(6))
            {
                case 0:
                    await world.CloseAsync();
                    break;
                case 1:
                    await TryAsync(() => world.Engine.PutCatalogAsync(EngineWorld.Tenant, scenario.Catalog("2026-01-01"), day.InUtc().Date.PlusDays(scenario.Next(30) - 20), default));
                    break;
                case 2:
                    var assignment = $$"""{"subjects":[{"subject":"{{scenario.Pick([.. scenario.Subjects, "91"])}}","subscription":"{{scenario.Pick(scenario.Subscriptions)}}","from":"{{(day - Duration.FromDays(scenario.Next(20))).ToString()}}"}]}""";
                    await TryAsync(() => world.Engine.PutPartiesAsync(EngineWorld.Tenant, assignment, default));
                    break;
                case 3:
                    await world.Engine.RetrySuspenseAsync(EngineWorld.Tenant, default);
                    break;
                case 4:
                    await world.RestartAsync();
                    break;
                default:
                    await world.Engine.BillRunAsync(EngineWorld.Tenant, null, activations: true, default);
                    break;
            }
        }

        await world.MustBeCleanAsync($"seed {seed}, before the last close");
        world.Clock.Set(Instant.FromUtc(2026, 9, 1, 0, 0));
        var closed = await world.CloseAsync();
        Assert.Empty(closed.Parked);
        await world.MustBeCleanAsync($"seed {seed}");
        Assert.Equal(0, (await world.Engine.ReconcileAsync(EngineWorld.Tenant, default)).Difference);
    }

    // A change that touches what is closed is refused; that is an answer, too.
    private static async Task TryAsync(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (Refused refused)
        {
            Assert.True(refused.Code.Contains("closed", StringComparison.Ordinal), refused.Message);
        }
    }
}
