using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Prices a quote (docs/quotes.md) from the written rules: what `rating quote` must say to the same request.</summary>
public sealed class OracleQuote
{
    private const string Tenant = "quote";
    private const long Sequence = 1_000;
    private static readonly string[] NotOfSubscription = ["catalog", "currency", "plan", "quantities", "addOns", "changes", "period", "usage", "activation", "account", "subscriptions", "id"];
    private readonly JsonElement _request;
    private readonly Book _book = new();
    private readonly List<(Subscription Subscription, List<JsonElement> Usage)> _subscriptions = [];
    private readonly Account? _account;
    private readonly List<(AuditVerdict, AuditReason)> _verdicts = [];
    private readonly Dictionary<(string, string), SubscriptionUsage> _usage = [];

    private OracleQuote(JsonElement request, JsonElement catalog)
    {
        _request = request;
        var versions = catalog.ValueKind == JsonValueKind.Array ? catalog.EnumerateArray().ToList() : [catalog];
        for (var i = 0; i < versions.Count; i++) _book.Of(Tenant).Add(new Catalog(versions[i], i + 1, versions[i].DateOrNone("effectiveFrom") ?? LocalDate.MinIsoValue));
        foreach (var one in request.Member("subscriptions")?.EnumerateArray().ToList() ?? [request])
        {
            using var document = JsonDocument.Parse(SubscriptionJson(one, versions[0]));
            var subscription = new Subscription(document.RootElement, Sequence);
            _book.Of(Tenant).Add(subscription);
            _subscriptions.Add((subscription, [.. one.List("usage")]));
            _usage[(Tenant, subscription.Id)] = new SubscriptionUsage();
        }
        if (request.Member("subscriptions") is not null)
            foreach (var entry in request.List("usage")) _subscriptions.Find(s => s.Subscription.Id == entry.Text("subscription")).Usage.Add(entry);
        if (request.Member("account") is not { } account) return;
        using var withId = JsonDocument.Parse("{\"id\":\"quote\"," + account.GetRawText().TrimStart()[1..].Insert(0, "\"name\":\"\"" + (account.EnumerateObject().Any() ? "," : "")));
        _account = Account.Read(withId.RootElement, Sequence);
    }

    /// <summary>The invoices of all periods, from the first to the one asked for; <paramref name="catalogJson"/> is used where the request has no catalog.</summary>
    /// <param name="requestJson">What to quote.</param>
    /// <param name="catalogJson">Used where the request has no catalog.</param>
    /// <param name="quotedJson">A quote to compare with: where its lines are the same, discounts and credits go through them in its order.</param>
    public static IReadOnlyList<OracleInvoice> Make(string requestJson, string? catalogJson = null, string? quotedJson = null)
    {
        using var quoted = quotedJson is null ? null : JsonDocument.Parse(quotedJson);
        using var request = JsonDocument.Parse(requestJson);
        using var catalog = catalogJson is null ? null : JsonDocument.Parse(catalogJson);
        return new OracleQuote(request.RootElement, request.RootElement.Member("catalog") ?? catalog?.RootElement ?? throw new FormatException("There is no catalog.")).Invoices(quoted?.RootElement.List("invoices").ToList() ?? []);
    }

    private Schedule ScheduleOf(Subscription subscription) => _book.Of(Tenant).ScheduleOf(subscription, Sequence) ?? throw new FormatException("The plan is not in the catalog.");

    private int Last(Subscription subscription)
    {
        var day = LocalDate.Max(_request.DateOrNone("period") ?? subscription.Start, subscription.Start);
        return ScheduleOf(subscription).NumberOf(subscription.End is { } end ? LocalDate.Min(day, end.PlusDays(-1)) : day);
    }

    private List<OracleInvoice> Invoices(List<JsonElement> quoted)
    {
        foreach (var (subscription, usage) in _subscriptions) TakeUsage(subscription, usage);
        var snapshots = _subscriptions.SelectMany(s => Snapshots(s.Subscription)).ToList();
        var taken = new Dictionary<string, Fraction>();
        var invoices = new List<OracleInvoice>();
        foreach (var cycle in snapshots.GroupBy(s => (s.Date, IsActivation: s.Kind == "activation")).OrderBy(c => c.Key.Date).ThenBy(c => c.Key.IsActivation ? 0 : 1))
        {
            var like = invoices.Count < quoted.Count ? quoted[invoices.Count] : (JsonElement?)null;
            List<OracleLine>? InOrder(ClosedPeriod closed) => like is not { } one ? null : one.Member("sections") is null ? SnapshotDocument.ReadLines(one)
                : [.. one.List("sections").Where(s => s.Text("subscription") == closed.View.Subscription.Id).SelectMany(s => SnapshotDocument.ReadLines(s))];
            var sections = cycle.OrderBy(s => s.Closed.View.Subscription.Id, StringComparer.Ordinal).Select(s => (s.Closed.View.Subscription.Id, s.Kind, (IReadOnlyList<OracleLine>)s.Closed.WithDiscounts(InOrder(s.Closed)), (IReadOnlyList<BilledLine>)s.Closed.Billed(_account, InOrder(s.Closed)))).ToList();
            var view = cycle.OrderBy(s => s.Closed.View.Subscription.Id, StringComparer.Ordinal).First().Closed.View;
            var pool = Pools.Lines([.. cycle.Where(s => s.Kind == "period").OrderBy(s => s.Closed.View.Subscription.Id, StringComparer.Ordinal).Select(s => (s.Closed.View.Subscription.Id, s.Closed.Priced!))]);
            var invoice = new AccountRules(_account, _book.Of(Tenant).Catalogs[^1], taken).Make(sections, pool, cycle.Key.Date, !cycle.Key.IsActivation, (view.Start, view.End));
            foreach (var credit in invoice.Credits) taken[credit.Credit] = taken.GetValueOrDefault(credit.Credit) + credit.Amount;
            invoices.Add(invoice with { Verdicts = _verdicts });
        }
        return invoices;
    }

    private IEnumerable<(string Kind, LocalDate Date, ClosedPeriod Closed)> Snapshots(Subscription subscription)
    {
        var closing = new Closing(_book, _usage);
        var schedule = ScheduleOf(subscription);
        var before = new List<BilledBefore>();
        var first = schedule.NumberOf(subscription.Start);
        if (_request.Flag("activation"))
        {
            var activation = closing.Activation(Tenant, subscription.AsKnownOn(subscription.Start), first, Sequence);
            before.Add(new BilledBefore("activation", first, activation.WithDiscounts()));
            if (activation.Lines.Count > 0) yield return ("activation", subscription.Start, activation); // without lines there is no invoice
        }
        for (var period = first; period <= Last(subscription); period++)
        {
            var end = schedule.End(period);
            var closed = closing.Period(Tenant, subscription.AsKnownOn(end), period, Sequence, [.. before]);
            before.Add(new BilledBefore("period", period, closed.WithDiscounts()));
            yield return ("period", end, closed);
        }
    }

    /// <summary>The request says a subscription with a few members more, and some left out.</summary>
    private static string SubscriptionJson(JsonElement one, JsonElement catalog)
    {
        var members = one.EnumerateObject().Where(m => !NotOfSubscription.Contains(m.Name)).Select(m => $"{JsonSerializer.Serialize(m.Name)}:{m.Value.GetRawText()}").ToList();
        members.Add($"\"id\":{JsonSerializer.Serialize(one.Text("id", "quote"))},\"account\":\"quote\"");
        var onlyPlan = JsonSerializer.Serialize(one.Member("plan")?.AsText() ?? catalog.List("plans").First().Text("key"));
        if (one.Member("changes") is { } changes)
            members.Add("\"changes\":[" + string.Join(',', changes.EnumerateArray().Select(c => c.Member("plan") is not null ? c.GetRawText() : $"{{\"plan\":{onlyPlan},{c.GetRawText().TrimStart()[1..]}")) + "]");
        else members.Add($"\"changes\":[{{\"from\":{one.GetProperty("start").GetRawText()},\"plan\":{onlyPlan},\"quantities\":{one.Member("quantities")?.GetRawText() ?? "{}"},\"addOns\":{one.Member("addOns")?.GetRawText() ?? "[]"}}}]");
        return "{" + string.Join(',', members) + "}";
    }

    private void TakeUsage(Subscription subscription, List<JsonElement> usage)
    {
        foreach (var (entry, number) in usage.Select((u, i) => (u, i)))
        {
            var outcome = entry.Member("meter") is not null ? Figure(subscription, entry, number) : Event(subscription, entry, number);
            _verdicts.Add((outcome.Verdict, outcome.Reason));
            if (outcome.Verdict != AuditVerdict.Rated) continue;
            var record = new ReplayedRecord(new AuditLogRecord(number, 0, Tenant, 0, default), 0, Tenant, $"{number}");
            record.Count(AuditVerdict.Rated, subscription.Id, outcome.Period, outcome);
            _usage[(Tenant, subscription.Id)].Add(record);
        }
    }

    private Outcome Event(Subscription subscription, JsonElement entry, int number)
    {
        var text = $$"""{"specversion":"1.0","id":{{JsonSerializer.Serialize(entry.Text("id", $"{number:000000}"))}},"source":{{JsonSerializer.Serialize(entry.Text("source", "quote"))}},"type":{{JsonSerializer.Serialize(entry.Text("type"))}},"time":"{{entry.Text("time")}}","data":{{entry.Member("data")?.GetRawText() ?? "{}"}}}""";
        var e = UsageEvent.Read(Encoding.UTF8.GetBytes(text), 0) ?? throw new FormatException($"usage[{number}] is not an event.");
        return Outcome.Of(_book.Of(Tenant), subscription, e, Sequence);
    }

    private Outcome Figure(Subscription subscription, JsonElement entry, int number)
    {
        var schedule = ScheduleOf(subscription);
        var last = schedule.End(Last(subscription)).PlusDays(-1);
        var day = entry.DateOrNone("on") ?? (subscription.End is { } end ? LocalDate.Min(last, end.PlusDays(-1)) : last);
        var revision = _book.Of(Tenant).RevisionOn(subscription, day, Sequence)!;
        var meter = revision.Plan.Catalog.Meters[entry.Text("meter")];
        var dimensions = meter.Dimensions.Select(name => entry.Member("dimensions")?.Member(name)?.AsText() ?? "").ToArray();
        return new Outcome(AuditVerdict.Rated, AuditReason.None, schedule.NumberOf(day), revision.Number, [new Measured(revision.Number, meter, dimensions, entry.Number("quantity"), "", 0, "", $"{number}", IsFigure: true)], []);
    }
}
