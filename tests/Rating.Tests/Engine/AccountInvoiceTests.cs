using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Rating.Engine.Quotes;

namespace Rating.Tests.Engine;

/// <summary>What is agreed with an account, through the whole engine: the invoices are those that a quote shows, running again makes none, and the tax report is what the invoices say.</summary>
public sealed class AccountInvoiceTests
{
    private const string Catalog = """
        {"currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"s","event":"call","value":"seconds"},{"key":"m","event":"sms"}],
         "decks":[{"key":"d","timeZone":"Europe/Berlin","rates":[{"prefix":"49","destination":"Germany","perMinute":"0.60"},{"prefix":"44","destination":"UK","perMinute":"1.20"}]}],
         "plans":[{"key":"p","taxCode":"voice","minimum":"20","threshold":"8",
           "allowances":[{"key":"minutes","meter":"s","units":300,"pooled":true},{"key":"messages","meter":"m","units":3,"rollover":{"periods":1}}],
           "charges":[{"key":"seat","model":"recurring","timing":"advance","price":"9.99","quantity":"seats","parts":[{"key":"a","weight":2},{"key":"b","weight":1,"taxCode":"data"}]},
             {"key":"year","model":"recurring","timing":"advance","price":"36","interval":"year","anchor":"start","proration":"second"},
             {"key":"calls","model":"rateDeck","meter":"s","deck":"d"},{"key":"sms","model":"perUnit","meter":"m","price":"0.75"}]}],
         "taxes":{"rules":[{"key":"vat","name":"VAT","type":"vat","jurisdiction":"DE","codes":["voice"],"percent":"19"},{"key":"low","type":"vat","jurisdiction":"DE","codes":["data"],"percent":"7"}]}}
        """;

    private const string Account = """ "taxAddress":"DE","discounts":[{"key":"partner","percent":"3"}],"credits":[{"key":"deposit","amount":"25","priority":1},{"key":"gift","amount":"5","apply":"beforeTax","to":"2026-05-01"}] """;

    private static readonly (string Subscription, string Time, string Type, string Data)[] Usage =
    [
        ("a", "2026-03-03T10:00:00Z", "call", """{"seconds":200,"called":"4930"}"""), ("b", "2026-03-02T10:00:00Z", "call", """{"seconds":250,"called":"4420"}"""), ("b", "2026-03-04T10:00:00Z", "call", """{"seconds":90,"called":"4930"}"""),
        ("a", "2026-03-20T10:00:00Z", "sms", "{}"), ("a", "2026-04-05T10:00:00Z", "sms", "{}"), ("a", "2026-04-06T10:00:00Z", "sms", "{}"), ("a", "2026-04-07T10:00:00Z", "sms", "{}"), ("a", "2026-04-08T10:00:00Z", "sms", "{}"),
        ("a", "2026-04-09T10:00:00Z", "sms", "{}"), ("a", "2026-04-10T10:00:00Z", "sms", "{}"), ("b", "2026-04-11T10:00:00Z", "call", """{"seconds":700,"called":"4930"}"""),
    ];

    [Fact]
    public async Task Invoices_of_an_account_are_those_of_a_quote_and_running_again_makes_none()
    {
        // Without a threshold a quote and a bill run know the same at the same time.
        var catalog = Catalog.Replace(",\"threshold\":\"8\"", "", StringComparison.Ordinal);
        await using var world = await StartAsync(catalog);
        foreach (var one in Usage) await world.SendAsync(Event(one));
        var invoices = new List<JsonNode>();
        foreach (var (month, day) in new[] { (4, 13), (5, 3) })
        {
            world.Clock.Set(Instant.FromUtc(2026, month, day, 0, 0));
            var closed = await world.CloseAsync();
            Assert.Empty(closed.Parked);
            Assert.Empty((await world.CloseAsync()).Invoices);
            Assert.Empty(await world.Engine.BillRunAsync(EngineWorld.Tenant, null, activations: false, default));
        }

        await foreach (var stored in world.Store.ReadInvoicesAsync(EngineWorld.Tenant, null, default)) invoices.Add(JsonNode.Parse(stored.Document)!);
        var usage = Usage.GroupBy(one => one.Subscription).ToDictionary(group => group.Key, group => string.Join(',', group.Select((one, i) => $$"""{"id":"{{Array.IndexOf(Usage, one)}}","type":"{{one.Type}}","time":"{{one.Time}}","data":{{one.Data}} }""")));
        var quoted = JsonNode.Parse(Quote.Write(Quote.Make($$"""
            {"catalog":{{catalog}},"account":{ {{Account}} },"period":"2026-04-01",
             "subscriptions":[{"id":"a","plan":"p","quantities":{"seats":2},"start":"2026-03-01","timeZone":"Europe/Berlin","usage":[{{usage["a"]}}]},{"id":"b","plan":"p","quantities":{"seats":1},"start":"2026-03-01","timeZone":"Europe/Berlin","usage":[{{usage["b"]}}]}]}
            """, null)))!["invoices"]!.AsArray();
        Assert.Equal(2, invoices.Count);
        for (var i = 0; i < invoices.Count; i++)
            foreach (var member in new[] { "sections", "accountLines", "pools", "net", "taxes", "tax", "total", "credits", "due" })
                Assert.True(JsonNode.DeepEquals(quoted[i]![member], invoices[i][member]), $"invoice {i}, {member}\nquoted {quoted[i]![member]}\nmade   {invoices[i][member]}");
        // Worked by hand for March: a's call of 200 s is billed as 240 s (60/60), b's of 250 s as 300, of 90 s as 120; 600 s are shared, in the order of time 300 + 240 + 60 of 120.
        Assert.Contains(invoices[0]["pools"]!.AsArray(), pool => (string?)pool!["granted"] == "600" && (string?)pool["left"] == "0");
        Assert.Equal("60", (string?)invoices[0]["accountLines"]!.AsArray().Last(line => (string?)line!["kind"] == "pool" && (string?)line["detail"] == "Germany")!["quantity"]);
        await ReportEqualsInvoices(world, invoices);
    }

    [Fact]
    public async Task Usage_is_invoiced_once_at_its_threshold_and_the_rest_with_its_period()
    {
        await using var world = await StartAsync(Catalog);
        world.Clock.Set(Instant.FromUtc(2026, 3, 5, 0, 0));
        foreach (var one in Usage.Where(one => one.Subscription == "b" && one.Time.StartsWith("2026-03", StringComparison.Ordinal))) await world.SendAsync(Event(one));
        // 300 s at 1.20 are 6.00, 120 s at 0.60 are 1.20: below 8. Another 120 s to the UK make it 9.60.
        Assert.Empty(await world.Engine.BillRunAsync(EngineWorld.Tenant, null, activations: false, default));
        await world.SendAsync(Event(("b", "2026-03-04T12:00:00Z", "call", """{"seconds":119,"called":"4420"}"""), 90));
        var made = Assert.Single(await world.Engine.BillRunAsync(EngineWorld.Tenant, null, activations: false, default));
        using var written = System.Text.Json.JsonDocument.Parse((await world.Store.ReadInvoiceAsync(EngineWorld.Tenant, 1, default))!.Document);
        Assert.Equal(made.Number, written.RootElement.GetProperty("number").GetString());
        Assert.Equal(["1.20", "8.40"], written.RootElement.GetProperty("sections")[0].GetProperty("lines").EnumerateArray().Select(line => line.GetProperty("amount").GetString()).Order(StringComparer.Ordinal));
        Assert.Empty(await world.Engine.BillRunAsync(EngineWorld.Tenant, null, activations: false, default));
        Assert.DoesNotContain((await world.BalanceAsync("b")).Periods[0].Lines, line => line.Kind == Rating.Domain.Pricing.LineKind.Calls);
        await world.RestartAsync();
        world.Clock.Set(Instant.FromUtc(2026, 4, 3, 0, 0));
        Assert.Empty((await world.CloseAsync()).Parked);
        await foreach (var stored in world.Store.ReadSnapshotsAsync(EngineWorld.Tenant, new Rating.Domain.SubscriptionId("b"), null, default))
            if (stored.Kind == "period") Assert.DoesNotContain("\"kind\":\"calls\"", stored.Document, StringComparison.Ordinal);
        await world.MustBeCleanAsync("progressive billing");
    }

    [Fact]
    public async Task Late_usage_takes_from_what_later_periods_had_left_and_their_differences_are_billed()
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 1, 0, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, """{"currency":"EUR","meters":[{"key":"m","event":"sms"}],"plans":[{"key":"p","allowances":[{"key":"f","meter":"m","units":3,"rollover":{"periods":1}}],"charges":[{"key":"c","model":"perUnit","meter":"m","price":"1"}]}]}""", null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"accounts":[{"id":"acc"}],"subscriptions":[{"id":"a","account":"acc","start":"2026-03-01","changes":[{"plan":"p"}]}],"subjects":[{"subject":"a","subscription":"a","from":"2026-01-01T00:00:00Z"}]}""", default);
        // Nothing in March: April has 3 of its own and 3 of March, and uses 6.
        world.Clock.Set(Instant.FromUtc(2026, 4, 10, 0, 0));
        await world.CloseAsync();
        for (var i = 0; i < 6; i++) await world.SendAsync(Event(("a", "2026-04-05T10:00:00Z", "sms", "{}"), i));
        Assert.Equal("0.00", (await world.BalanceAsync("a")).Periods[0].Lines[0].Amount.ToText());
        world.Clock.Set(Instant.FromUtc(2026, 5, 3, 0, 0));
        Assert.Equal("0.00", Assert.Single((await world.CloseAsync()).Snapshots).Total.ToText());
        // Two of March come late: free there, but April had only one of March then, so two of its six are charged.
        for (var i = 10; i < 12; i++) await world.SendAsync(Event(("a", "2026-03-31T10:00:00Z", "sms", "{}"), i));
        world.Clock.Set(Instant.FromUtc(2026, 6, 3, 0, 0));
        var late = Assert.Single(Assert.Single((await world.CloseAsync()).Snapshots).Lines);
        Assert.Equal((Rating.Domain.Pricing.LineKind.LateUsage, new LocalDate(2026, 4, 1), "2.00"), (late.Kind, late.From, late.Amount.ToText()));
    }

    [Fact]
    public async Task A_minimum_is_owed_without_any_line()
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 1, 0, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, """{"currency":"EUR","meters":[{"key":"m","event":"sms"}],"plans":[{"key":"p","charges":[{"key":"c","model":"perUnit","meter":"m","price":"1"}]}]}""", null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"accounts":[{"id":"acc","minimum":"12.50"},{"id":"none"}],"subscriptions":[{"id":"a","account":"acc","start":"2026-03-01","changes":[{"plan":"p"}]},{"id":"b","account":"none","start":"2026-03-01","changes":[{"plan":"p"}]}]}""", default);
        world.Clock.Set(Instant.FromUtc(2026, 4, 3, 0, 0));
        var invoice = Assert.Single((await world.CloseAsync()).Invoices);
        Assert.Equal(("acc", "12.50"), (invoice.Account.Value, (string?)JsonNode.Parse(invoice.Document)!["total"]));
    }

    private static async Task<EngineWorld> StartAsync(string catalog)
    {
        var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 1, 0, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, catalog, null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, $$"""
            {"accounts":[{"id":"acc",{{Account}} }],
             "subscriptions":[{"id":"a","account":"acc","timeZone":"Europe/Berlin","start":"2026-03-01","changes":[{"plan":"p","quantities":{"seats":2} }]},{"id":"b","account":"acc","timeZone":"Europe/Berlin","start":"2026-03-01","changes":[{"plan":"p","quantities":{"seats":1} }]}],
             "subjects":[{"subject":"a","subscription":"a","from":"2026-01-01T00:00:00Z"},{"subject":"b","subscription":"b","from":"2026-01-01T00:00:00Z"}]}
            """, default);
        world.Clock.Set(Instant.FromUtc(2026, 4, 12, 0, 0));
        return world;
    }

    private static string Event((string Subscription, string Time, string Type, string Data) one, int id = -1) =>
        $$"""{"specversion":"1.0","id":"{{(id < 0 ? Array.IndexOf(Usage, one) : id)}}","source":"quote","type":"{{one.Type}}","subject":"{{one.Subscription}}","partitionkey":"k{{one.Time}}","time":"{{one.Time}}","data":{{one.Data}} }""";

    private static async Task ReportEqualsInvoices(EngineWorld world, List<JsonNode> invoices)
    {
        var report = await world.Engine.TaxReportAsync(EngineWorld.Tenant, new LocalDate(2026, 4, 1), new LocalDate(2026, 5, 2), default);
        foreach (var rule in new[] { "vat", "low" })
        {
            var stated = invoices.SelectMany(invoice => invoice["taxes"]!.AsArray()).Where(tax => (string?)tax!["rule"] == rule).Sum(tax => decimal.Parse((string)tax!["amount"]!, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(stated, decimal.Parse(Assert.Single(report, row => row.Rule == rule).Amount, System.Globalization.CultureInfo.InvariantCulture));
            Assert.True(stated > 0, rule);
        }

        Assert.Empty(await world.Engine.TaxReportAsync(EngineWorld.Tenant, new LocalDate(2026, 5, 2), new LocalDate(2026, 6, 1), default));
    }
}
