using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Numbers of invoices that two processes make at the same time: each is given once, and none is left out.</summary>
public sealed class InvoiceNumberTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_invoice_whose_number_another_process_took_takes_the_next(int taken)
    {
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(1));
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 5, 0, 0), new RatingSettings { Partitions = 1 }, store: store);
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, """{"currency":"EUR","effectiveFrom":"2026-01-01","meters":[],"plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","timing":"advance","price":"5"}]}]}""", null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"accounts":[{"id":"mine"}],"subscriptions":[{"id":"s","account":"mine","start":"2026-03-01","changes":[{"plan":"p"}]}]}""", default);
        var next = 0;
        faults.BeforeInvoices = () => ++next > taken
            ? Task.CompletedTask
            : faults.Inner.SaveInvoicesAsync([new StoredInvoice(EngineWorld.Tenant, new AccountId($"theirs{next}"), "2026-04-01", "EUR", next, "{}", [])], [], default);
        Assert.Equal($"INV-{taken + 1:D6}", Assert.Single(await world.Engine.BillRunAsync(EngineWorld.Tenant, null, activations: true, default)).Number);
    }
}
