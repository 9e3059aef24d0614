using NodaTime;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Tests.Grains;

/// <summary>The calendar of a cluster, in a cluster of its own: it closes everything.</summary>
[Collection(nameof(GrainWorld))]
public sealed class CalendarTests(GrainWorld world) : IClassFixture<GrainWorld>
{
    [Fact]
    public async Task What_is_due_is_closed_and_billed_once_however_often_and_by_however_many_it_is_looked_for()
    {
        await world.SendEachAsync(GrainWorld.Subscriptions);
        var calendar = world.Cluster.Client.GetGrain<ICalendarGrain>(0);
        await calendar.LookAsync();
        Assert.Empty(await InvoicesAsync());
        // March and its usage grace are over.
        world.Clock.Now = Instant.FromUtc(2026, 4, 10, 0, 0);
        await Task.WhenAll(calendar.LookAsync(), world.Engines[1].CloseAsync(GrainWorld.Tenant, null, null, null, default), world.Engines[2].CloseAsync(GrainWorld.Tenant, null, null, null, default));
        await calendar.LookAsync();
        var invoices = await InvoicesAsync();
        Assert.Equal(GrainWorld.Subscriptions, invoices.Count);
        Assert.Equal(Enumerable.Range(1, invoices.Count).Select(number => (long)number), invoices.Select(invoice => invoice.Number));
        // 0.10 for each of 1 + 2 + ... + 24 messages.
        Assert.Equal(30.00m, invoices.Sum(invoice => decimal.Parse(System.Text.Json.JsonDocument.Parse(invoice.Document).RootElement.GetProperty("total").GetString()!, System.Globalization.CultureInfo.InvariantCulture)));
    }

    private async Task<List<Rating.Engine.Store.StoredInvoice>> InvoicesAsync()
    {
        var invoices = new List<Rating.Engine.Store.StoredInvoice>();
        await foreach (var invoice in world.Store.ReadInvoicesAsync(GrainWorld.Tenant, null, default)) invoices.Add(invoice);
        return invoices;
    }
}
