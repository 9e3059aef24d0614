using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Prices one period of one subscription from the written rules: the second opinion that property tests compare with.</summary>
public sealed class Oracle
{
    private readonly TenantBook _book = new();
    private readonly long _sequence;
    private readonly Subscription _subscription;

    /// <param name="catalogJson">The catalog, as docs/formats.md has it.</param>
    /// <param name="subscriptionJson">The subscription with its changes.</param>
    public Oracle(string catalogJson, string subscriptionJson)
        : this([catalogJson], subscriptionJson)
    {
    }

    /// <param name="catalogsJson">Catalog versions in order, each with its own <c>effectiveFrom</c>.</param>
    /// <param name="subscriptionJson">The subscription with its changes.</param>
    public Oracle(IEnumerable<string> catalogsJson, string subscriptionJson)
    {
        foreach (var text in catalogsJson)
        {
            using var catalog = JsonDocument.Parse(text);
            _book.Add(new Catalog(catalog.RootElement, ++_sequence, catalog.RootElement.DateOrNone("effectiveFrom") ?? LocalDate.MinIsoValue));
        }
        using var subscription = JsonDocument.Parse(subscriptionJson);
        _subscription = new Subscription(subscription.RootElement, ++_sequence);
        _book.Add(_subscription);
    }

    /// <summary>The calls of the period priced last, each as the ledger keeps it.</summary>
    public IReadOnlyList<OracleCall> Calls { get; private set; } = [];

    private Schedule Schedule => _book.ScheduleOf(_subscription, _sequence) ?? throw new FormatException("The plan of the subscription is not in the catalog.");

    /// <summary>The number of the period that has a day.</summary>
    public int PeriodOf(LocalDate day) => Schedule.NumberOf(day);

    /// <summary>First day of a period, and the day after its last, cut at the subscription's start and end.</summary>
    public (LocalDate Start, LocalDate End) Period(int number) => (
        LocalDate.Max(Schedule.Start(number), _subscription.Start),
        _subscription.End is { } end ? LocalDate.Min(Schedule.End(number), end) : Schedule.End(number));

    /// <summary>
    /// Prices a period. Every event (a CloudEvent with a time) is one of this subscription, whatever its subject; the same source and id with the same content counts once;
    /// events of other periods get the verdict <see cref="AuditVerdict.None"/> and do not count.
    /// </summary>
    public OracleResult Price(int period, IEnumerable<string> events)
    {
        var usage = new Usage();
        var seen = new Dictionary<(string Source, string Id), UsageEvent>();
        var verdicts = events.Select(text => Take(period, text, usage, seen)).ToList();

        Calls = usage.Calls.ConvertAll(c => new OracleCall(c.Charge, c.Destination, c.Seconds, c.BilledSeconds, c.Amount, c.Cost));
        var view = View(period);
        var priced = UsagePricing.Of(view, usage);
        var arrears = Recurring.Lines(view.Spans, view.Start, view.End, view.Schedule.Interval, c => !c.InAdvance && !c.HasOwnInterval, "arrears").ToList();
        var advance = Recurring.Lines(view.Spans, view.Start, view.End, view.Schedule.Interval, c => c.InAdvance && !c.HasOwnInterval, "advance").ToList();
        List<OracleLine> lines = [.. Commitments.WithUsage(view, priced, arrears, advance), .. arrears, .. OwnIntervals.Ending(view)];
        if (view.Schedule.NumberOf(_subscription.Start) == period) lines.AddRange(Pricing.OneOffLines(view.Spans));
        lines.AddRange(advance);
        lines.AddRange(OwnIntervals.Beginning(view));
        lines.AddRange(Discounts.Of(view, lines, []).Lines);
        return new OracleResult(_book.Catalogs[^1].Currency, lines, verdicts);
    }

    private PeriodView View(int period) => PeriodView.Of(_book, _subscription, period, _sequence) ?? throw new FormatException("The plan of the subscription is not in the catalog.");

    private (AuditVerdict, AuditReason) Take(int period, string text, Usage usage, Dictionary<(string, string), UsageEvent> seen)
    {
        if (UsageEvent.Read(Encoding.UTF8.GetBytes(text), 0) is not { HasOwnTime: true } e) return (AuditVerdict.Rejected, AuditReason.Malformed);
        if (!seen.TryAdd((e.Source, e.Id), e))
            return seen[(e.Source, e.Id)].HasSameContent(e) ? (AuditVerdict.Duplicate, AuditReason.None) : (AuditVerdict.Suspended, AuditReason.IdConflict);
        if (e.NotBillable.Length > 0) return (AuditVerdict.NotBillable, Verdicts.ReasonOf(e.NotBillable));
        if (!_subscription.IsActive(_subscription.DayOf(e.Time))) return (AuditVerdict.Suspended, AuditReason.UnknownSubject);
        if (Schedule.NumberOf(_subscription.DayOf(e.Time)) != period) return (AuditVerdict.None, AuditReason.None);
        var outcome = Outcome.Of(_book, _subscription, e, _sequence);
        usage.Add(outcome.Measured, outcome.Calls);
        return (outcome.Verdict, outcome.Reason);
    }
}
