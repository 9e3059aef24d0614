using System.Text.Json;
using NodaTime;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Checks that each alert was agreed and reached, and that none is missing of what is sealed or used so far.</summary>
/// <remarks>Not decidable from what is stored: at which positions an alert was seen, and whether a charge, which may fall as usage grows, had once been as high as an alert says.</remarks>
internal sealed class AlertCheck(Book book, Closing closing, IReadOnlyList<SnapshotDocument> snapshots, long sequence, Findings findings)
{
    // Of these a quantity never falls while usage is only added.
    private static readonly string[] Growing = ["sum", "count", "max", "unique"];
    private readonly HashSet<(string Tenant, string Subscription, int Period, string Alert, string Code, int Step)> _stored = [];

    public long Checked { get; private set; }

    public void Run(IEnumerable<string> alerts, IEnumerable<string> balances)
    {
        foreach (var text in alerts)
        {
            Checked++;
            Readable($"alert {Checked}", "an alert", text, Check);
        }

        foreach (var snapshot in snapshots.Where(s => s.Kind == "period"))
            MustBeThere(snapshot.Tenant, snapshot.Subscription, snapshot.Period, snapshot.BookSequence, snapshot.End!.Value.PlusDays(-1), snapshot.End!.Value.PlusDays(-1), null);
        foreach (var text in balances)
            Readable("balance", "a balance", text, balance =>
            {
                var id = balance.Text("subscription");
                var tenant = balance.Member("tenant")?.AsText() ?? book.Tenants.First(t => book.Of(t).Subscription(id, sequence) is not null);
                // It was looked at when its last record was stored, or some day since; what time alone has changed may not be seen yet, nor what was agreed for a part of these days.
                if (book.Of(tenant).Subscription(id, sequence) is not { } subscription || closing.UsageOf(tenant, id).LastIngest is not { } last) return;
                var day = subscription.DayOf(last * NodaConstants.TicksPerMillisecond);
                foreach (var period in balance.List("periods").Select(p => p.GetProperty("period")).Where(p => p.Date("start") <= day).Select(p => (int)p.Number("number").Numerator))
                    if (!book.Of(tenant).Frozen.ContainsKey((id, period))) MustBeThere(tenant, id, period, sequence, day, balance.Date("asOf"), day);
            });
    }

    private void Readable(string where, string what, string text, Action<JsonElement> read)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            read(document.RootElement);
        }
        catch (Exception e) when (Unreadable.Is(e))
        {
            findings.Add(AuditFindingKind.DocumentUnreadable, where, what, e.Message);
        }
    }

    private void Check(JsonElement alert)
    {
        string tenant = alert.Text("tenant"), id = alert.Text("subscription"), key = alert.Text("alert"), code = alert.Text("threshold");
        var (step, period, at) = (alert.Integer("step", 0), (int)alert.GetProperty("period").Number("number").Numerator, (long)alert.Number("bookSequence").Numerator);
        var where = $"alert {tenant} {alert.Text("id")}";
        void Differs(string what, object? expected, object? found)
        {
            if (!Equals(expected, found)) findings.Add(AuditFindingKind.AlertDiffers, where, $"{what} {expected}", found);
        }

        if (!_stored.Add((tenant, id, period, key, code, step))) findings.Add(AuditFindingKind.AlertTwice, where, "one", "two");
        Differs("id", $"{Part(id)}/{period}/{Part(key)}/{Part(code)}/{step}", alert.Text("id"));
        if (book.Of(tenant).Subscription(id, at) is not { } subscription || closing.View(tenant, subscription, period, at) is not { } view)
        {
            findings.Add(AuditFindingKind.AlertDiffers, where, "a subscription that the book has", "none");
            return;
        }

        var (_, agreed, meters) = Agreed(view, alert.Date("asOf"));
        var (value, reached) = (alert.Number("value"), alert.Number("reached"));
        if (agreed.Find(a => a.Key == key) is not { } rule || rule.At(code, step) is not { } threshold)
        {
            findings.Add(AuditFindingKind.AlertDiffers, where, "a threshold that is agreed", $"{key} {code} {step}");
            return;
        }

        Differs("name", rule.Name, alert.Text("name"));
        Differs("account", subscription.Account, alert.Text("account"));
        Differs("meter", rule.Meter ?? "", alert.Text("meter", ""));
        Differs("currency", rule.Meter is null ? view.LineCatalog.Currency : "", alert.Text("currency", ""));
        Differs("start", view.Start, alert.GetProperty("period").Date("start"));
        Differs("end", view.End, alert.GetProperty("period").Date("end"));
        Differs("reached", threshold, reached);
        if (value < reached) findings.Add(AuditFindingKind.AlertDiffers, where, $"a value of at least {reached}", value);
        // What never falls must be as high still, and as what was seen: unless the book moved usage away since, or a record turned out to repeat another.
        if (rule.Meter is not null && meters.GetValueOrDefault(rule.Meter) is { AllowsNegative: false } meter && Growing.Contains(meter.Aggregation)
            && !book.Effects.Exists(e => e.Sequence > at && e.Tenant == tenant && (e.AllSubscriptions || e.Subscriptions.Contains(id)))
            && closing.UsageOf(tenant, id).MostIn(period) is { } all && Quantity(meter, all) is var most && most < value)
            findings.Add(AuditFindingKind.AlertDiffers, where, $"a value of at most {most}, which is all there is", value);
    }

    private void MustBeThere(string tenant, string id, int period, long at, LocalDate from, LocalDate to, LocalDate? asOf)
    {
        if (book.Of(tenant).Subscription(id, at) is not { } subscription || closing.View(tenant, subscription, period, at, asOf) is not { } view) return;
        var days = Enumerable.Range(0, Period.DaysBetween(from, to) + 1).Select(from.PlusDays).ToList();
        var agreements = days.Select(day => Agreed(view, day)).DistinctBy(agreed => agreed.Plan).ToList();
        if (agreements.Exists(agreed => agreed.Alerts.Count == 0)) return;
        var usage = closing.UsageOf(tenant, id).Of(period, billing => billing == period);
        if (asOf is not null && usage.IsEmpty) return; // an open period is looked at when it is used
        var missing = Missing(new Lazy<Fraction>(() => closing.UsageCharge(tenant, view)));
        // A level below 0 makes a charge fall as time goes by: then the lowest of these days is what was surely seen.
        if (missing.Count > 0 && asOf is not null)
            missing = Missing(new Lazy<Fraction>(() => days.Select(day => closing.UsageCharge(tenant, view with { AsOf = day })).Min()));
        foreach (var (key, code, step, value) in missing) findings.Add(AuditFindingKind.AlertMissing, $"alert {tenant} {id}/{period}/{key}/{code}/{step}", $"due, at {value}", "none");

        List<(string Key, string Code, int Step, Fraction Value)> Missing(Lazy<Fraction> charge) => [.. agreements
            .Select(agreed => agreed.Alerts.Where(rule => rule.Meter is null || agreed.Meters.ContainsKey(rule.Meter))
                .Select(rule => (Rule: rule, Value: rule.Meter is null ? charge.Value : Quantity(agreed.Meters[rule.Meter], usage.Measured)))
                .SelectMany(one => one.Rule.Reached(one.Value).Select(reached => (one.Rule.Key, reached.Code, reached.Step, one.Value))).ToList())
            .Aggregate((some, others) => some.FindAll(one => others.Exists(other => (one.Key, one.Code, one.Step) == (other.Key, other.Code, other.Step))))
            .Where(one => !_stored.Contains((tenant, id, period, one.Key, one.Code, one.Step)))];
    }

    /// <summary>The alerts of a day within the period, the subscription's own before those of its plan, and the meters of the same catalog version.</summary>
    private static (Plan? Plan, List<Alert> Alerts, IReadOnlyDictionary<string, Meter> Meters) Agreed(PeriodView view, LocalDate asOf)
    {
        var day = LocalDate.Max(view.Start, LocalDate.Min(asOf, view.End.PlusDays(-1)));
        if (view.Book.PlanOn(view.Subscription, day, view.Sequence) is not { } plan) return (null, [], new Dictionary<string, Meter>());
        return (plan, [.. view.Subscription.Alerts, .. plan.Alerts.Where(a => !view.Subscription.Alerts.Any(own => own.Key == a.Key))], plan.Catalog.Meters);
    }

    private static Fraction Quantity(Meter meter, IEnumerable<Measured> usage) => meter.Converted(meter.Raw([.. usage.Where(m => m.Meter.Key == meter.Key && m.Meter.Aggregation == meter.Aggregation)]));

    private static string Part(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
}
