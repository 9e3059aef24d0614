using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using Rating.Engine.Views;
using Rating.Server.Commands;
using Rating.Server.Documents;

namespace Rating.Tests.Server;

/// <summary>A month over HTTP: usage, running charge, close, invoices, suspense, reconciliation, audit.</summary>
public sealed class MonthTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    private RatingClient Client => _server.Client;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(Instant.FromUtc(2026, 4, 5, 9, 0));
        var before = await _server.EndsAsync();
        var events = File.ReadLines(Path.Combine(RunningServer.Samples, "usage", "events.ndjson")).ToList();
        var usage = new DemoUsage(Client, events);
        await usage.PostAllAsync(CancellationToken.None);
        Assert.Equal(52, usage.Received);
        Assert.Equal(52, (await _server.VerdictsAfterAsync(before)).Count);
    }

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_running_charge_is_the_sum_of_its_lines_as_decimal_text()
    {
        var balance = await Client.GetAsync<BalanceDocument>("/v1/subscriptions/acme-office/balance", CancellationToken.None);
        Assert.Equal(["2026-03-01", "2026-04-01"], balance.Periods.Select(period => period.Period.Start));
        Assert.Equal(decimal.Parse(balance.Charge), balance.Periods.SelectMany(period => period.Lines).Sum(line => decimal.Parse(line.Amount)));
        Assert.Equal(decimal.Parse(balance.Charge), balance.Periods.Sum(period => period.Charge));
        // samples/README.md: 18 messages, 10 of them free, cost 0.52.
        Assert.Contains(balance.Periods[0].Lines, line => line is { Charge: "sms", Quantity: "18", Amount: "0.52" });
        Assert.Contains(balance.Periods[0].Usage.Meters, meter => meter is { Meter: "sms", Count: 18, Figure: "18" });
        Assert.Equal(("EUR", 0), (balance.Currency, balance.LagRecords));
    }

    [Fact]
    public async Task A_closed_month_gives_invoices_that_are_the_same_ever_after()
    {
        var outcome = await CloseCommand.CloseAsync(Client, null, null, "2026-04-01", (_, _) => { }, CancellationToken.None);
        Assert.Equal((4, 3), (outcome.Snapshots.Count, outcome.Invoices.Count));
        var again = await CloseCommand.CloseAsync(Client, null, null, "2026-04-01", (_, _) => { }, CancellationToken.None);
        Assert.Equal((0, 0), (again.Snapshots.Count, again.Invoices.Count));
        Assert.Empty(await Client.SendAsync<List<InvoiceSummary>>(HttpMethod.Post, "/v1/billrun", new BillRunRequest(), CancellationToken.None));
        var listed = await Client.GetAsync<List<InvoiceSummary>>("/v1/invoices", CancellationToken.None);
        Assert.Equal(outcome.Invoices.OrderBy(one => one.Number, StringComparer.Ordinal), listed);
        var invoice = InvoiceDocument.Read(await Client.TextAsync($"/v1/invoices/{listed[0].Number}", CancellationToken.None));
        Assert.Equal(await Client.TextAsync("/v1/invoices/1", CancellationToken.None), await Client.TextAsync($"/v1/invoices/{listed[0].Number}", CancellationToken.None));
        Assert.Equal(listed[0].Total, invoice.Total);
        Assert.Contains($"{invoice.Total} EUR", await Client.TextAsync($"/v1/invoices/{listed[0].Number}.html", CancellationToken.None), StringComparison.Ordinal);
        Assert.Equal([.. listed.Skip(2)], await Client.GetAsync<List<InvoiceSummary>>($"/v1/invoices?after={listed[1].Number}", CancellationToken.None));
        Assert.Single(await Client.GetAsync<List<InvoiceSummary>>("/v1/invoices?account=harbour", CancellationToken.None));
        var snapshots = await Client.GetAsync<List<SnapshotDocument>>("/v1/subscriptions/acme-office/snapshots", CancellationToken.None);
        Assert.Equal(("period", "2026-03-01"), (Assert.Single(snapshots).Kind, snapshots[0].Period.Start));
        var (status, problem) = await _server.SendAsync(HttpMethod.Put, "/v1/subjects/493023125001", "application/json", """{"subscription":"harbour-london","from":"2026-03-10T00:00:00Z"}"""u8.ToArray());
        Assert.Equal((HttpStatusCode.Conflict, "subject.closed"), (status, (string?)problem!["code"]));
    }

    [Fact]
    public async Task The_count_closes_and_the_auditor_finds_nothing()
    {
        await CloseCommand.CloseAsync(Client, null, null, "2026-04-01", (_, _) => { }, CancellationToken.None);
        var report = await Client.GetAsync<ReconciliationDocument>("/v1/reconciliation", CancellationToken.None);
        Assert.Equal((52, 52, 0), (report.Received, report.Decided, report.Difference));
        // samples/expected-counts.json, the events.
        Assert.Equal(new VerdictCounts(45, 0, 0, 1, 4, 2), report.Verdicts);
        Assert.Equal(0, (await Client.GetAsync<ReconciliationDocument>("/v1/reconciliation?source=nobody", CancellationToken.None)).Received);
        var audit = await Client.SendAsync<AuditDocument>(HttpMethod.Post, "/v1/audit", null, CancellationToken.None);
        Assert.True(audit.FindingsCount == 0, string.Join('\n', audit.Findings));
        Assert.Equal((52, 4, 3), (audit.Positions, audit.Snapshots, audit.Invoices));
        Assert.True(audit.Balances > 0);
    }

    [Fact]
    public async Task Suspense_is_listed_retried_and_voided()
    {
        var suspense = await Client.GetAsync<SuspenseDocument>("/v1/suspense?records=100", CancellationToken.None);
        Assert.Equal((4, 4), (suspense.Count, suspense.Records.Count));
        Assert.Equal(["idConflict", "noPrice", "unknownMeter", "unknownSubject"], suspense.Groups.Select(group => group.Reason).Order(StringComparer.Ordinal));
        var (status, _) = await _server.SendAsync(HttpMethod.Put, "/v1/subjects/493023125777", "application/json", """{"subscription":"acme-office","from":"2026-03-01T00:00:00Z"}"""u8.ToArray());
        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.Equal(1, (int)(await Client.SendAsync<JsonNode>(HttpMethod.Post, "/v1/suspense/retry", null, CancellationToken.None))["resolved"]!);
        var place = suspense.Records.Single(record => record.Reason == "unknownMeter");
        Assert.Equal("whiteboard.opened", place.Type);
        Assert.Equal(1, (int)(await Client.SendAsync<JsonNode>(HttpMethod.Post, "/v1/suspense/void", new VoidRequest([new LogPlace(place.Partition, place.Position)]), CancellationToken.None))["resolved"]!);
        Assert.Equal(2, (await Client.GetAsync<SuspenseDocument>("/v1/suspense", CancellationToken.None)).Count);
        Assert.Equal(0, (await Client.SendAsync<AuditDocument>(HttpMethod.Post, "/v1/audit", null, CancellationToken.None)).FindingsCount);
    }
}
