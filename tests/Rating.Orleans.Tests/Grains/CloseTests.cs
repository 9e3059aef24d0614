using System.Text.Json;
using NodaTime;
using Rating.Domain;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Closes that are asked for through several silos, in a cluster of its own.</summary>
[Collection(nameof(GrainWorld))]
public sealed class CloseTests(GrainWorld world) : IClassFixture<GrainWorld>
{
    [Fact]
    public async Task An_account_is_closed_by_one_at_a_time_and_the_answer_tells_what_it_made()
    {
        for (var i = 0; i < GrainWorld.Subscriptions; i++) await world.SendAsync(i, 1 + i);
        world.Clock.Now = Instant.FromUtc(2026, 4, 10, 0, 0);
        // One subscription, through a silo that need not have it.
        using var one = JsonDocument.Parse(await world.Engines[1].CloseDocumentAsync(GrainWorld.Tenant, null, new SubscriptionId(GrainWorld.Id(2)), new LocalDate(2026, 4, 1), null, default));
        Assert.Equal((1, 1), Counts(one));
        Assert.Equal("""[{"subscription":"s02","kind":"period","period":{"number":314,"start":"2026-03-01","end":"2026-04-01"},"total":"0.30","currency":"EUR"}]""", one.RootElement.GetProperty("snapshots").GetRawText());
        // All others, through all silos at once: the first who is heard makes everything, the others find it made.
        var all = await Task.WhenAll(world.Engines.Select(engine => engine.CloseDocumentAsync(GrainWorld.Tenant, null, null, null, null, default)));
        Assert.Equal([(0, 0), (0, 0), (GrainWorld.Subscriptions - 1, GrainWorld.Subscriptions - 1)], all.Select(text => Counts(JsonDocument.Parse(text))).Order());
        Assert.Equal("account.unknown", (await Assert.ThrowsAsync<Refused>(() => world.Engines[2].CloseDocumentAsync(GrainWorld.Tenant, new AccountId("nobody"), null, null, null, default))).Code);
    }

    private static (int Snapshots, int Invoices) Counts(JsonDocument answer)
    {
        Assert.Equal(0, answer.RootElement.GetProperty("parked").GetArrayLength());
        Assert.Equal(answer.RootElement.GetProperty("snapshotCount").GetInt32(), answer.RootElement.GetProperty("snapshots").GetArrayLength());
        return (answer.RootElement.GetProperty("snapshotCount").GetInt32(), answer.RootElement.GetProperty("invoices").GetArrayLength());
    }
}
