using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>The lines of usage and calls of one period, with what allowances cover.</summary>
internal sealed class UsagePricing
{
    private readonly PeriodView _view;
    private readonly Usage _usage;
    private readonly List<(Revision Revision, List<Span> Spans)> _revisions = [];

    private UsagePricing(PeriodView view, Usage usage, IEnumerable<Grant> left) => (_view, _usage, Allowances) = (view, usage, new AllowanceUse(left));

    public AllowanceUse Allowances { get; }

    /// <summary>Every call with what free units cover of it, by revision and charge.</summary>
    public List<CoveredCall> Calls { get; } = [];

    /// <summary>Every figure of a charge (or one of its groups) with what free units cover of it.</summary>
    public List<CoveredFigure> Figures { get; } = [];

    /// <summary>Lines with the revision that they belong to, in order.</summary>
    public List<(Revision Revision, OracleLine Line)> Lines { get; private set; } = [];

    public static UsagePricing Of(PeriodView view, Usage usage, IEnumerable<Grant>? left = null)
    {
        var pricing = new UsagePricing(view, usage, left ?? []);
        foreach (var (revision, spans) in view.Revisions)
        {
            pricing._revisions.Add((revision, spans));
            pricing.Collect(revision, spans);
            pricing.Allowances.Grant(view, revision, spans);
            pricing.Cover(revision, revision.Allowances.Where(a => !a.Pooled), pricing.Allowances.Take);
        }
        pricing.Lines = pricing.Price();
        return pricing;
    }

    private void Collect(Revision revision, List<Span> spans)
    {
        foreach (var charge in revision.Charges.Where(c => c.IsMetered))
        {
            if (charge.IsRatedByEvent) Calls.AddRange(_usage.Calls.FindAll(c => c.Revision == revision.Number && c.Charge == charge.Key).ConvertAll(c => new CoveredCall(revision, charge, c)));
            if (charge.Deck is null && charge.Model != "flat") Figures.AddRange(Groups(charge, revision).ConvertAll(g => new CoveredFigure(revision, charge, g.Detail, g.Usage, Figure(charge, g.Usage, g.Detail, spans))));
        }
    }

    /// <summary>Lets the allowances of a revision cover usage: calls first, one by one, then figures in the order of the plan.</summary>
    private void Cover(Revision revision, IEnumerable<Allowance> allowances, Func<Allowance, Fraction, Fraction> take)
    {
        var list = allowances.ToList();
        foreach (var allowance in list)
            foreach (var call in Calls.Where(c => c.Revision == revision && c.IsCoveredBy(allowance)).Order())
                call.Covered += take(allowance, call.Call.BilledSeconds - call.Covered);
        CoverFigures(revision, list, take);
    }

    public void CoverFigures(Revision revision, IReadOnlyList<Allowance> allowances, Func<Allowance, Fraction, Fraction> take)
    {
        foreach (var figure in Figures.Where(f => f.Revision == revision && !f.Charge.IsRatedByEvent))
            foreach (var allowance in allowances.Where(a => a.Covers(figure.Charge, "")))
                figure.Covered += take(allowance, Fraction.Max(Fraction.Zero, figure.Figure - figure.Covered));
    }

    /// <summary>The lines with what is covered now.</summary>
    public List<(Revision Revision, OracleLine Line)> Price()
    {
        var lines = new List<(Revision, OracleLine)>();
        var flatDue = new HashSet<(string Charge, string Group)>();
        foreach (var (revision, spans) in _revisions)
        {
            foreach (var charge in revision.Charges.Where(c => c.IsMetered))
            {
                var calls = Calls.FindAll(c => c.Revision == revision && c.Charge == charge);
                IEnumerable<OracleLine> own = charge.Deck is not null ? CallLines(charge, revision, spans, calls)
                    : charge.Model == "flat" ? FlatLines(charge, revision, spans, flatDue)
                    : Figures.Where(f => f.Revision == revision && f.Charge == charge).Select(f => FigureLine(f, spans, calls)).OfType<OracleLine>();
                lines.AddRange(own.Select(l => (revision, l)));
            }
        }
        return lines;
    }

    /// <summary>Units that free ones cover of what a line charges for.</summary>
    public Fraction CoveredOf(Revision revision, OracleLine line) =>
        Calls.Where(c => c.Revision == revision && c.Charge.Key == line.Charge && line.Kind == "calls" && (c.Charge.OneLineForAll || c.Call.Destination == line.Detail)).Aggregate(Fraction.Zero, (sum, c) => sum + c.Covered)
        + Figures.Where(f => f.Revision == revision && f.Charge.Key == line.Charge && line.Kind == "usage" && f.Detail == line.Detail).Aggregate(Fraction.Zero, (sum, f) => sum + f.Covered);

    private static OracleLine Line(string kind, Charge charge, string detail, List<Span> spans, Fraction quantity, Fraction amount, Revision revision, Fraction? cost)
    {
        var catalog = spans[0].LineCatalog;
        return new OracleLine(kind, charge.Key, detail, spans[0].From, spans[^1].To, quantity, revision.UsageIsFree ? Fraction.Zero : catalog.Line(amount)) { Cost = cost is { } exact ? catalog.Line(exact) : null, TaxCode = charge.TaxCode ?? "standard" };
    }

    private static IEnumerable<OracleLine> CallLines(Charge charge, Revision revision, List<Span> spans, List<CoveredCall> calls)
    {
        foreach (var own in calls.GroupBy(c => charge.OneLineForAll ? "" : c.Call.Destination).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Fraction billed = own.Sum(c => c.Call.BilledSeconds);
            var amount = own.Aggregate(Fraction.Zero, (sum, c) => sum + charge.Deck!.Covered(c.Call, c.Covered));
            if (billed.IsZero && own.All(c => c.Call.Amount.IsZero)) continue;
            var cost = charge.Cost is null ? (Fraction?)null : charge.Cost.Price is { } price ? price * billed : own.Aggregate(Fraction.Zero, (sum, c) => sum + (c.Call.Cost ?? Fraction.Zero));
            yield return Line("calls", charge, own.Key, spans, billed, amount, revision, cost) with { Uncosted = own.Count(c => c.Call.IsUncosted) };
        }
    }

    private IEnumerable<OracleLine> FlatLines(Charge charge, Revision revision, List<Span> spans, HashSet<(string, string)> due)
    {
        var details = charge.FlatIsAlwaysDue && charge.GroupBy.Length == 0 ? [""] : Groups(charge, revision).Where(g => g.Usage.Count > 0).Select(g => g.Detail);
        foreach (var detail in details.Where(d => due.Add((charge.Key, d))).ToList())
            yield return Line("usage", charge, detail, spans, Fraction.One, charge.Price, revision, charge.Cost?.Price);
    }

    private static OracleLine? FigureLine(CoveredFigure figure, List<Span> spans, List<CoveredCall> events)
    {
        var charge = figure.Charge;
        Fraction amount;
        Fraction? cost = charge.Cost?.Price is { } price ? price * figure.Figure : null;
        if (charge.DynamicAmount is not null)
        {
            var own = events.FindAll(c => c.Call.Destination == figure.Detail);
            amount = charge.WithMarkup(own.Aggregate(Fraction.Zero, (sum, c) => sum + c.Call.Amount));
            if (charge.Cost?.Amount is not null) cost = own.Aggregate(Fraction.Zero, (sum, c) => sum + (c.Call.Cost ?? Fraction.Zero));
        }
        else amount = charge.Amount(figure.Figure - figure.Covered, figure.Usage);
        var line = Line("usage", charge, figure.Detail, spans, figure.Figure, amount, figure.Revision, cost);
        return figure.Figure.IsZero && line.Amount.IsZero ? null : line;
    }

    /// <summary>The usage of a charge, by the groups of its lines; without grouping there is always one. A level from before makes a group, too.</summary>
    private List<(string Detail, List<Measured> Usage)> Groups(Charge charge, Revision revision)
    {
        var usage = _usage.Measured.FindAll(m => m.Revision == revision.Number && m.Meter.Key == charge.Meter!.Key && charge.Covers(m.Dimensions));
        if (charge.GroupBy.Length == 0) return [("", usage)];
        var levels = charge.Meter!.IsTimeWeighted ? _usage.Measured.Concat(_usage.Earlier).Where(m => m.Meter.Key == charge.Meter.Key && charge.Covers(m.Dimensions)).Select(m => charge.GroupOf(m.Dimensions)) : [];
        return [.. usage.Select(m => charge.GroupOf(m.Dimensions)).Concat(levels).Distinct().Order(StringComparer.Ordinal).Select(detail => (detail, usage.FindAll(m => charge.GroupOf(m.Dimensions) == detail)))];
    }

    private Fraction Figure(Charge charge, List<Measured> usage, string detail, List<Span> spans)
    {
        var meter = charge.Meter!;
        if (!meter.IsTimeWeighted || usage.Exists(m => m.IsFigure)) return meter.Converted(meter.Raw(usage));
        return meter.Converted(LevelOverTime.Of(_view, meter, _usage, spans, dimensions => charge.Covers(dimensions) && charge.GroupOf(dimensions) == detail));
    }
}
