using System.Text;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Prices a quote (docs/quotes.md) from the written rules: what `rating quote` must say to the same request.</summary>
public sealed class OracleQuote
{
    private const string Tenant = "quote";
    private readonly JsonElement _request;
    private readonly Book _book = new();
    private readonly Subscription _subscription;
    private readonly SubscriptionUsage _usage = new();
    private readonly LocalDate _through;

    private OracleQuote(JsonElement request, JsonElement catalog)
    {
        _request = request;
        _book.Of(Tenant).Add(new Catalog(catalog, 1, catalog.DateOrNone("effectiveFrom") ?? LocalDate.MinIsoValue));
        using var subscription = JsonDocument.Parse(SubscriptionJson(catalog));
        _subscription = new Subscription(subscription.RootElement, 2);
        _book.Of(Tenant).Add(_subscription);
        if (request.Member("accountTerms") is { } account) _book.Of(Tenant).Add(Account.Read(account, 2));
        _through = request.DateOrNone("period") ?? _subscription.Start;
    }

    private Schedule Schedule => _book.Of(Tenant).ScheduleOf(_subscription, 2) ?? throw new FormatException("The plan is not in the catalog.");

    /// <summary>One result per period, from the first to the one asked for; <paramref name="catalogJson"/> is used where the request has no catalog.</summary>
    public static IReadOnlyList<OracleResult> Make(string requestJson, string? catalogJson = null)
    {
        using var request = JsonDocument.Parse(requestJson);
        using var catalog = catalogJson is null ? null : JsonDocument.Parse(catalogJson);
        var quote = new OracleQuote(request.RootElement, request.RootElement.Member("catalog") ?? catalog?.RootElement ?? throw new FormatException("There is no catalog."));
        return [.. quote.Periods()];
    }

    private IEnumerable<OracleResult> Periods()
    {
        var verdicts = TakeUsage();
        var closing = new Closing(_book, new Dictionary<(string, string), SubscriptionUsage> { [(Tenant, _subscription.Id)] = _usage });
        var before = new List<BilledBefore>();
        for (var period = Schedule.NumberOf(_subscription.Start); period <= Schedule.NumberOf(_through); period++)
        {
            var end = Schedule.End(period);
            var closed = closing.Period(Tenant, _subscription.Knowing(c => c.From < end), period, 2, before);
            var lines = closed.WithDiscounts();
            before.Add(new BilledBefore("period", period, lines, closed.Allowances?.Left(closed.View.End) ?? []));
            yield return new OracleResult(closed.View.LineCatalog.Currency, lines, verdicts);
        }
    }

    /// <summary>The request says a subscription with a few members more, and some left out.</summary>
    private string SubscriptionJson(JsonElement catalog)
    {
        var members = _request.EnumerateObject().Where(m => m.Name is not ("catalog" or "plan" or "quantities" or "changes" or "period" or "usage" or "id" or "account")).Select(m => $"{JsonSerializer.Serialize(m.Name)}:{m.Value.GetRawText()}").ToList();
        members.Add("\"id\":\"quote\",\"account\":\"quote\"");
        var onlyPlan = JsonSerializer.Serialize(_request.Member("plan")?.AsText() ?? catalog.List("plans").First().Text("key"));
        if (_request.Member("changes") is { } changes)
            members.Add("\"changes\":[" + string.Join(',', changes.EnumerateArray().Select(c => c.Member("plan") is not null ? c.GetRawText() : $"{{\"plan\":{onlyPlan},{c.GetRawText().TrimStart()[1..]}")) + "]");
        else members.Add($"\"changes\":[{{\"from\":{_request.GetProperty("start").GetRawText()},\"plan\":{onlyPlan},\"quantities\":{_request.Member("quantities")?.GetRawText() ?? "{}"}}}]");
        return "{" + string.Join(',', members) + "}";
    }

    private List<(AuditVerdict, AuditReason)> TakeUsage()
    {
        var verdicts = new List<(AuditVerdict, AuditReason)>();
        foreach (var (entry, number) in _request.List("usage").Select((u, i) => (u, i)))
        {
            var outcome = entry.Member("meter") is not null ? Figure(entry, number) : Event(entry, number);
            verdicts.Add((outcome.Verdict, outcome.Reason));
            if (outcome.Verdict != AuditVerdict.Rated) continue;
            var record = new ReplayedRecord(new AuditLogRecord(number, 0, Tenant, 0, default), 0, Tenant, $"{number}");
            record.Count(AuditVerdict.Rated, _subscription.Id, outcome.Period, outcome);
            _usage.Add(record);
        }
        return verdicts;
    }

    private Outcome Event(JsonElement entry, int number)
    {
        var time = entry.Text("time");
        var text = $$"""{"specversion":"1.0","id":{{JsonSerializer.Serialize(entry.Text("id", $"{number:000000}"))}},"source":{{JsonSerializer.Serialize(entry.Text("source", "quote"))}},"type":{{JsonSerializer.Serialize(entry.Text("type"))}},"time":"{{time}}","data":{{entry.Member("data")?.GetRawText() ?? "{}"}}}""";
        var e = UsageEvent.Read(Encoding.UTF8.GetBytes(text), 0) ?? throw new FormatException($"usage[{number}] is not an event.");
        return Outcome.Of(_book.Of(Tenant), _subscription, e, 2);
    }

    private Outcome Figure(JsonElement entry, int number)
    {
        var last = Schedule.Start(Schedule.NumberOf(_through));
        var day = entry.DateOrNone("on") ?? LocalDate.Max(last, _subscription.Start);
        var revision = _book.Of(Tenant).RevisionOn(_subscription, day, 2)!;
        var meter = revision.Plan.Catalog.Meters[entry.Text("meter")];
        var dimensions = meter.Dimensions.Select(name => entry.Member("dimensions")?.Member(name)?.AsText() ?? "").ToArray();
        return new Outcome(AuditVerdict.Rated, AuditReason.None, Schedule.NumberOf(day), revision.Number, [new Measured(revision.Number, meter, dimensions, entry.Number("quantity"), "", 0, "", $"{number}", IsFigure: true)], []);
    }
}
