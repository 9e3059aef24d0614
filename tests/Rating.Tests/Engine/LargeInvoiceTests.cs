using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Engine.BillRuns;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>An account that is larger than its invoice's document: more subscriptions than are kept in it, and than one close batch holds.</summary>
public sealed class LargeInvoiceTests
{
    private const int Subscriptions = 2 * Limits.CloseBatchSubscriptionsMax + 1;
    private const string Catalog = """{"currency":"EUR","meters":[{"key":"m","event":"sms"}],"plans":[{"key":"p","charges":[{"key":"c","name":"SMS","model":"perUnit","meter":"m","price":"0.25"},{"key":"seat","name":"Seat","model":"recurring","timing":"arrears","price":"2"}]}]}""";

    [Theory]
    [InlineData("")]
    // Discounts need the lines: 10 % of 4,005.00, that is 2,001 seats of 2.00 and 12 messages of 0.25.
    [InlineData(""","discounts":[{"key":"ten","name":"Ten","percent":"10"}]""")]
    public async Task It_has_one_invoice_with_all_sections_and_the_answer_counts_what_it_does_not_list(string agreed)
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 1, 0, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Catalog, null, default);
        var subscriptions = string.Join(',', Enumerable.Range(0, Subscriptions).Select(i => $$"""{"id":"s{{i:0000}}","account":"acc","start":"2026-03-01","changes":[{"plan":"p"}]}"""));
        await world.Engine.PutPartiesAsync(
            EngineWorld.Tenant, $$"""{"accounts":[{"id":"acc"{{agreed}}}],"subscriptions":[{{subscriptions}}],"subjects":[{"subject":"7","subscription":"s0007","from":"2026-03-01T00:00:00Z"}]}""", default);
        await world.SendAsync([.. Enumerable.Range(0, 12).Select(i => $$"""{"specversion":"1.0","id":"{{i}}","source":"t","type":"sms","subject":"7","partitionkey":"{{i}}","time":"2026-03-01T00:00:00Z"}""")]);
        world.Clock.Set(Instant.FromUtc(2026, 4, 3, 0, 0));
        using var closed = JsonDocument.Parse(await world.Engine.CloseDocumentAsync(EngineWorld.Tenant, new AccountId("acc"), null, null, default));
        Assert.Equal((Subscriptions, Limits.CloseSnapshotsListedMax), (closed.RootElement.GetProperty("snapshotCount").GetInt32(), closed.RootElement.GetProperty("snapshots").GetArrayLength()));
        Assert.Equal(agreed.Length > 0 ? "3604.50" : "4005.00", Assert.Single(closed.RootElement.GetProperty("invoices").EnumerateArray()).GetProperty("total").GetString());

        var stored = (await world.Store.ReadInvoiceAsync(EngineWorld.Tenant, 1, default))!;
        Assert.True(InvoiceSections.AreLeftOut(stored.Document));
        using var whole = JsonDocument.Parse(await InvoiceSections.TextAsync(world.Store, stored, default));
        Assert.Equal(["tenant", "number", "account", "cycle", "date", "currency", .. agreed.Length > 0 ? (string[])["bookSequence", "sections", "accountLines"] : ["sections"], "total"], whole.RootElement.EnumerateObject().Select(member => member.Name));
        var sections = whole.RootElement.GetProperty("sections").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(0, Subscriptions).Select(i => $"s{i:0000}"), sections.Select(section => section.GetProperty("subscription").GetString()));
        Assert.Equal(["2.00", "3.00"], sections[7].GetProperty("lines").EnumerateArray().Select(line => line.GetProperty("amount").GetString()));
        Assert.Equal((await OneAsync(world.Store, "s0007")).RootElement.GetProperty("lines").GetRawText(), sections[7].GetProperty("lines").GetRawText());
        Assert.True(Encoding.UTF8.GetByteCount(stored.Document) < 1_000_000);
        Assert.Empty((await world.CloseAsync()).Invoices);
        await world.MustBeCleanAsync("every section is its snapshot");
    }

    private static async Task<JsonDocument> OneAsync(IRatingStore store, string subscription)
    {
        await foreach (var snapshot in store.ReadSnapshotsAsync(EngineWorld.Tenant, new SubscriptionId(subscription), null, default)) return JsonDocument.Parse(snapshot.Document);
        throw new InvalidOperationException($"{subscription} has no snapshot");
    }
}
