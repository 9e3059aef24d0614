using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>A close that was begun and did not come to its end.</summary>
public sealed class BegunCloseTests
{
    [Fact]
    public async Task An_invoice_waits_for_a_subscription_whose_close_has_begun_and_has_no_snapshot()
    {
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(1));
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 4, 10, 0, 0), new RatingSettings { Partitions = 1 }, store: store);
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, """{"currency":"EUR","effectiveFrom":"2026-01-01","meters":[],"plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","timing":"advance","price":"5"}]}]}""", null, default);
        await world.Engine.PutPartiesAsync(
            EngineWorld.Tenant, """{"accounts":[{"id":"mine"}],"subscriptions":[{"id":"s1","account":"mine","start":"2026-03-01","changes":[{"plan":"p"}]},{"id":"s2","account":"mine","start":"2026-03-01","changes":[{"plan":"p"}]}]}""", default);
        Assert.Empty((await world.CloseAsync(subscription: "s1")).Invoices);
        faults.OnSnapshots = (_, _, _) => Task.FromException(new Unavailable("snapshots cannot be stored just now"));
        await Assert.ThrowsAsync<Unavailable>(() => world.CloseAsync(subscription: "s2"));
        faults.OnSnapshots = null;
        // The book says that March of both is closed; of one there is nothing to invoice yet.
        Assert.Empty(await world.Engine.BillRunAsync(EngineWorld.Tenant, null, activations: false, default));
        // March and April of both, 5.00 each.
        Assert.Contains("\"total\":\"20.00\"", Assert.Single((await world.CloseAsync()).Invoices).Document, StringComparison.Ordinal);
        await world.MustBeCleanAsync("an interrupted close");
    }
}
