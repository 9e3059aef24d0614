using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Views;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Closes that are asked for through several silos, in a cluster of its own.</summary>
[Collection(nameof(GrainWorld))]
public sealed class CloseTests(GrainWorld world) : IClassFixture<GrainWorld>
{
    [Fact]
    public async Task An_account_is_closed_by_one_at_a_time_and_the_answer_tells_what_it_made()
    {
        await world.SendEachAsync(GrainWorld.Subscriptions);
        world.Clock.Now = Instant.FromUtc(2026, 4, 10, 0, 0);
        // One subscription, through a silo that need not have it.
        using var one = JsonDocument.Parse(await world.Engines[1].CloseDocumentAsync(GrainWorld.Tenant, null, new SubscriptionId(GrainWorld.Id(2)), new LocalDate(2026, 4, 1), default));
        Assert.Equal((1, 1), Counts(one));
        Assert.Equal("""[{"subscription":"s02","kind":"period","period":{"number":314,"start":"2026-03-01","end":"2026-04-01"},"total":"0.30","currency":"EUR"}]""", one.RootElement.GetProperty("snapshots").GetRawText());
        // All others, through all silos at once: the first who is heard makes everything, the others find it made.
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Calls.Held = (nameof(IBatchGrain.FinishAsync), go.Task);
        var closing = Task.WhenAll(world.Engines.Select(engine => engine.CloseDocumentAsync(GrainWorld.Tenant, null, null, null, default)));
        // Held up in the middle: each silo tells how far it is, whichever carries it out.
        foreach (var engine in world.Engines)
            await Until.SoAsync("the close is under way", async () => await engine.CloseProgressAsync(GrainWorld.Tenant, default) == new CloseProgress(0, GrainWorld.Subscriptions - 1));
        go.SetResult();
        var all = await closing;
        Assert.Equal([(0, 0), (0, 0), (GrainWorld.Subscriptions - 1, GrainWorld.Subscriptions - 1)], all.Select(text => Counts(JsonDocument.Parse(text))).Order());
        Assert.Equal("account.unknown", (await Assert.ThrowsAsync<Refused>(() => world.Engines[2].CloseDocumentAsync(GrainWorld.Tenant, new AccountId("nobody"), null, null, default))).Code);
    }

    [Fact]
    public async Task A_bill_run_of_all_accounts_has_each_bill_itself_and_each_invoice_is_told_by_one()
    {
        var ids = Enumerable.Range(0, 6).Select(i => $"desk{i}").ToList();
        var (accounts, subscriptions) = (string.Join(',', ids.Select(id => $$"""{"id":"{{id}}"}""")), string.Join(',', ids.Select(id => $$"""{"id":"{{id}}","account":"{{id}}","start":"2026-04-01","changes":[{"from":"2026-04-01","plan":"desk"}]}""")));
        await world.First.PutPartiesAsync(GrainWorld.Tenant, $$"""{"accounts":[{{accounts}}],"subscriptions":[{{subscriptions}}]}""", default);
        world.Clock.Now = Instant.FromUtc(2026, 4, 10, 0, 0);
        world.Calls.Clear();
        var made = await Task.WhenAll(world.Engines.Select(engine => engine.BillRunAsync(GrainWorld.Tenant, null, activations: true, default)));
        Assert.Equal(ids.Select(id => $"activation/{id} 5.00 EUR"), made.SelectMany(some => some).Select(invoice => $"{invoice.Cycle} {invoice.Total} {invoice.Currency}").Order(StringComparer.Ordinal));
        Assert.All(ids, id => Assert.NotEqual(0, world.Calls.Count(nameof(IAccountGrain.BillAsync), id)));
        // One account, and nothing is left.
        Assert.Empty(await world.Engines[1].BillRunAsync(GrainWorld.Tenant, new AccountId(ids[0]), activations: true, default));
    }

    private static (int Snapshots, int Invoices) Counts(JsonDocument answer)
    {
        Assert.Equal(0, answer.RootElement.GetProperty("parked").GetArrayLength());
        Assert.Equal(answer.RootElement.GetProperty("snapshotCount").GetInt32(), answer.RootElement.GetProperty("snapshots").GetArrayLength());
        return (answer.RootElement.GetProperty("snapshotCount").GetInt32(), answer.RootElement.GetProperty("invoices").GetArrayLength());
    }
}
