using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>The lines of usage and calls of one period, with what allowances cover.</summary>
internal sealed class UsagePricing
{
    private readonly PeriodView _view;
    private readonly Usage _usage;
    private readonly HashSet<(string Charge, string Group)> _flatDue = [];

    private UsagePricing(PeriodView view, Usage usage, IEnumerable<Grant> left) => (_view, _usage, Allowances) = (view, usage, new AllowanceUse(left));

    public AllowanceUse Allowances { get; }

    /// <summary>Lines with the revision that they belong to, in order.</summary>
    public List<(Revision Revision, OracleLine Line)> Lines { get; } = [];

    public static UsagePricing Of(PeriodView view, Usage usage, IEnumerable<Grant>? left = null)
    {
        var pricing = new UsagePricing(view, usage, left ?? []);
        foreach (var (revision, spans) in view.Revisions)
        {
            pricing.Allowances.Grant(view, revision, spans);
            pricing.Price(revision, spans);
        }
        return pricing;
    }

    private void Price(Revision revision, List<Span> spans)
    {
        var calls = revision.Charges.Where(c => c.IsRatedByEvent).ToDictionary(c => c, c => _usage.Calls.FindAll(call => call.Revision == revision.Number && call.Charge == c.Key));
        var figures = revision.Charges.Where(c => c.IsMetered && c.Deck is null && c.Model != "flat").SelectMany(c => Groups(c, revision).Select(g => new Group(c, g.Detail, g.Usage, Figure(c, g.Usage, spans)))).ToList();
        var coveredCalls = calls.SelectMany(c => c.Value).ToDictionary(c => c, _ => Fraction.Zero, (IEqualityComparer<RatedCall>)ReferenceEqualityComparer.Instance);
        foreach (var allowance in revision.Allowances.Where(a => !a.Pooled))
        {
            var inOrder = calls.Where(c => c.Key.Deck is not null).SelectMany(c => c.Value.Where(call => allowance.Covers(c.Key, call.Destination)))
                .OrderBy(c => c.Time).ThenBy(c => c.Source, StringComparer.Ordinal).ThenBy(c => c.Id, StringComparer.Ordinal).ThenBy(c => c.Charge, StringComparer.Ordinal);
            foreach (var call in inOrder) coveredCalls[call] += Allowances.Take(allowance, call.BilledSeconds - coveredCalls[call]);
            foreach (var group in figures.Where(f => !f.Charge.IsRatedByEvent && allowance.Covers(f.Charge, ""))) group.Covered += Allowances.Take(allowance, Fraction.Max(Fraction.Zero, group.Figure - group.Covered));
        }

        foreach (var charge in revision.Charges.Where(c => c.IsMetered))
        {
            if (charge.Deck is not null) Add(revision, CallLines(charge, revision, spans, calls[charge], coveredCalls));
            else if (charge.Model == "flat") Add(revision, FlatLines(charge, revision, spans));
            else Add(revision, figures.Where(f => f.Charge == charge).Select(g => FigureLine(g, revision, spans, calls)).OfType<OracleLine>());
        }
    }

    private void Add(Revision revision, IEnumerable<OracleLine> lines) => Lines.AddRange(lines.Select(l => (revision, l)));

    private static OracleLine Line(string kind, Charge charge, string detail, List<Span> spans, Fraction quantity, Fraction amount, Revision revision, Fraction? cost)
    {
        var catalog = spans[0].LineCatalog;
        return new OracleLine(kind, charge.Key, detail, spans[0].From, spans[^1].To, quantity, revision.UsageIsFree ? Fraction.Zero : catalog.Line(amount)) { Cost = cost is { } exact ? catalog.Line(exact) : null, TaxCode = charge.TaxCode ?? "standard" };
    }

    private static IEnumerable<OracleLine> CallLines(Charge charge, Revision revision, List<Span> spans, List<RatedCall> calls, Dictionary<RatedCall, Fraction> covered)
    {
        foreach (var own in calls.GroupBy(c => charge.OneLineForAll ? "" : c.Destination).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Fraction billed = own.Sum(c => c.BilledSeconds);
            var amount = own.Aggregate(Fraction.Zero, (sum, c) => sum + charge.Deck!.Covered(c, covered[c]));
            if (billed.IsZero && amount.IsZero) continue;
            var cost = charge.Cost is null ? (Fraction?)null : charge.Cost.Price is { } price ? price * billed : own.Aggregate(Fraction.Zero, (sum, c) => sum + (c.Cost ?? Fraction.Zero));
            yield return Line("calls", charge, own.Key, spans, billed, amount, revision, cost) with { Uncosted = own.Count(c => c.IsUncosted) };
        }
    }

    private IEnumerable<OracleLine> FlatLines(Charge charge, Revision revision, List<Span> spans)
    {
        var details = charge.FlatIsAlwaysDue && charge.GroupBy.Length == 0 ? [""] : Groups(charge, revision).Where(g => g.Usage.Count > 0).Select(g => g.Detail);
        foreach (var detail in details.Where(d => _flatDue.Add((charge.Key, d))).ToList())
            yield return Line("usage", charge, detail, spans, Fraction.One, charge.Price, revision, charge.Cost?.Price);
    }

    private static OracleLine? FigureLine(Group group, Revision revision, List<Span> spans, Dictionary<Charge, List<RatedCall>> calls)
    {
        var charge = group.Charge;
        Fraction amount;
        Fraction? cost = charge.Cost?.Price is { } price ? price * group.Figure : null;
        if (charge.DynamicAmount is not null)
        {
            var own = calls[charge].FindAll(c => c.Destination == group.Detail);
            amount = charge.WithMarkup(own.Aggregate(Fraction.Zero, (sum, c) => sum + c.Amount));
            if (charge.Cost?.Amount is not null) cost = own.Aggregate(Fraction.Zero, (sum, c) => sum + (c.Cost ?? Fraction.Zero));
        }
        else amount = charge.Amount(group.Figure - group.Covered, group.Usage);
        var line = Line("usage", charge, group.Detail, spans, group.Figure, amount, revision, cost);
        return group.Figure.IsZero && line.Amount.IsZero ? null : line;
    }

    /// <summary>The usage of a charge, by the groups of its lines; without grouping there is always one.</summary>
    private List<(string Detail, List<Measured> Usage)> Groups(Charge charge, Revision revision)
    {
        var usage = _usage.Measured.FindAll(m => m.Revision == revision.Number && m.Meter.Key == charge.Meter!.Key && charge.Covers(m.Dimensions));
        return charge.GroupBy.Length == 0 ? [("", usage)] : [.. usage.GroupBy(m => charge.GroupOf(m.Dimensions)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.ToList()))];
    }

    private Fraction Figure(Charge charge, List<Measured> usage, List<Span> spans)
    {
        var meter = charge.Meter!;
        if (!meter.IsTimeWeighted || usage.Exists(m => m.IsFigure)) return meter.Converted(meter.Raw(usage));
        return meter.Converted(LevelOverTime.Of(_view, meter, _usage, spans, charge.Covers));
    }

    private sealed record Group(Charge Charge, string Detail, List<Measured> Usage, Fraction Figure)
    {
        public Fraction Covered { get; set; }
    }
}
