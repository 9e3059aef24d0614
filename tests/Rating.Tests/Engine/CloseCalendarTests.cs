using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Closing;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Periods close by themselves, of every tenant.</summary>
public sealed class CloseCalendarTests
{
    private const string Book = """{"currency":"EUR","effectiveFrom":"2026-01-01","plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","timing":"arrears","price":"31.00"}]}]}""";

    [Fact]
    public async Task What_keeps_one_tenants_periods_open_is_told_and_keeps_nobody_elses()
    {
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(3));
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 10, 12, 0), store: store);
        TenantId[] tenants = [new("first"), new("second")];
        foreach (var tenant in tenants)
        {
            await world.Engine.PutCatalogAsync(tenant, Book, null, default);
            await world.Engine.PutPartiesAsync(tenant, """{"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}]}""", default);
        }

        var told = new List<string>();
        var calendar = new CloseCalendar(world.Engine, (what, why) => told.Add($"{what}: {why}"));
        // March is over, its usage grace is not: a day.
        world.Clock.Set(Instant.FromUtc(2026, 4, 1, 23, 59));
        await calendar.LookAsync(default);
        Assert.Equal((0, 0), (await InvoicesAsync(store, tenants[0]), await InvoicesAsync(store, tenants[1])));

        world.Clock.Set(Instant.FromUtc(2026, 4, 2, 0, 0));
        faults.OnAppend = change => change.Tenant == tenants[0] ? throw new Unavailable("the book cannot be written just now") : Task.CompletedTask;
        await calendar.LookAsync(default);
        Assert.Equal("what is due of first: the book cannot be written just now", Assert.Single(told));
        Assert.Equal((0, 1), (await InvoicesAsync(store, tenants[0]), await InvoicesAsync(store, tenants[1])));

        faults.OnAppend = null;
        told.Clear();
        await calendar.LookAsync(default);
        await calendar.LookAsync(default);
        Assert.Empty(told);
        Assert.Equal((1, 1), (await InvoicesAsync(store, tenants[0]), await InvoicesAsync(store, tenants[1])));
    }

    private static async Task<int> InvoicesAsync(IRatingStore store, TenantId tenant)
    {
        var count = 0;
        await foreach (var invoice in store.ReadInvoicesAsync(tenant, null, default))
        {
            using var document = JsonDocument.Parse(invoice.Document);
            Assert.Equal("31.00", document.RootElement.GetProperty("total").GetString());
            count++;
        }

        return count;
    }
}
