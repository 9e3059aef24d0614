using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Tests.Grains;

/// <summary>What an account needs and does not get is told to whoever asked, in a cluster of its own.</summary>
[Collection(nameof(GrainWorld))]
public sealed class TroubleTests(GrainWorld world) : IClassFixture<GrainWorld>
{
    private const string Book = """{"currency":"EUR","effectiveFrom":"2026-01-01","plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","timing":"arrears","price":"31.00"}]}]}""";

    /// <summary>Far beyond what any of it takes: whoever waits longer waits for ever.</summary>
    private static readonly TimeSpan Ever = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_tax_service_that_is_away_is_told_to_who_closes_and_keeps_no_other_tenants_periods_open()
    {
        TenantId[] tenants = [await TenantAsync("first"), await TenantAsync("second")];
        world.Taxes.Of = tenants[0];
        // Through each silo, so that the account is in another one at least once; of the account, of all, and as a bill run.
        foreach (var engine in world.Engines)
        {
            await IsToldAsync(engine.CloseDocumentAsync(tenants[0], new AccountId("A"), null, null, default));
            await IsToldAsync(engine.CloseDocumentAsync(tenants[0], null, null, null, default));
            await IsToldAsync(engine.BillRunAsync(tenants[0], new AccountId("A"), activations: true, default));
        }

        var calendar = world.Cluster.Client.GetGrain<ICalendarGrain>(0);
        await calendar.LookAsync().WaitAsync(Ever);
        Assert.Equal((0, 1), (await InvoicesAsync(tenants[0]), await InvoicesAsync(tenants[1])));

        world.Taxes.Of = null;
        await calendar.LookAsync().WaitAsync(Ever);
        await calendar.LookAsync().WaitAsync(Ever);
        Assert.Equal((1, 1), (await InvoicesAsync(tenants[0]), await InvoicesAsync(tenants[1])));
    }

    [Fact]
    public async Task What_a_silo_that_goes_could_not_do_is_asked_again_until_another_does_it()
    {
        var tenant = await TenantAsync("third");
        world.Taxes.Of = tenant;
        foreach (var node in world.Nodes) node.IsLeaving = true;
        try
        {
            var closing = world.Engines[1].CloseDocumentAsync(tenant, new AccountId("A"), null, null, default);
            await Until.SoAsync("it is asked again and again", () => Task.FromResult(world.Calls.Count(nameof(IAccountGrain.CloseAsync), "third") > 2));
            Assert.False(closing.IsCompleted);
            world.Taxes.Of = null;
            await closing.WaitAsync(Ever);
        }
        finally
        {
            world.Taxes.Of = null;
            foreach (var node in world.Nodes) node.IsLeaving = false;
        }

        Assert.Equal(1, await InvoicesAsync(tenant));
    }

    private async Task<TenantId> TenantAsync(string name)
    {
        var tenant = new TenantId(name);
        await world.First.PutCatalogAsync(tenant, Book, null, default);
        await world.First.PutPartiesAsync(tenant, """{"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}]}""", default);
        world.Clock.Now = Instant.FromUtc(2026, 4, 10, 0, 0);
        return tenant;
    }

    private static async Task IsToldAsync(Task asked) => Assert.Equal("the tax service is away", (await Assert.ThrowsAsync<Unavailable>(() => asked.WaitAsync(Ever))).Message);

    private async Task<int> InvoicesAsync(TenantId tenant)
    {
        var count = 0;
        await foreach (var invoice in world.Store.ReadInvoicesAsync(tenant, null, default)) count++;
        return count;
    }
}
