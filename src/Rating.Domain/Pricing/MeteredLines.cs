using NodaTime;
using Rating.Domain.Billing;
using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>The lines of charges on what meters counted over one period.</summary>
internal sealed class MeteredLines(PeriodTerms terms, PeriodUsage usage, LocalDate asOf, HeldLevels held, PeriodAllowances allowances)
{
    private readonly long _periodTicks = terms.Period.EndInstant.ToUnixTimeTicks() - terms.Period.StartInstant.ToUnixTimeTicks();
    // A flat price is due once per charge, group and period, whatever plan revisions there are.
    private readonly HashSet<(string Charge, string Group)> _flat = [];

    /// <summary>The lines of one charge in one plan revision: one, or one per group.</summary>
    public IEnumerable<PricedLine> Of(PlanRevision revision, MeteredCharge charge, LocalDate from, LocalDate to)
    {
        var parts = Parts(revision, charge);
        if (charge.GroupBy.Count == 0) return Line(revision, charge, "", parts, from, to) is { } line ? [line] : [];
        return parts.GroupBy(part => charge.GroupOf(part.Dimensions), StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Line(revision, charge, group.Key, [.. group], from, to)).OfType<PricedLine>();
    }

    /// <summary>The lines of a charge whose amounts events brought along: one per group.</summary>
    public IEnumerable<PricedLine> Of(PlanRevision revision, Dynamic charge, LocalDate from, LocalDate to)
    {
        var parts = Parts(revision, charge);
        foreach (var (key, total) in usage.Calls)
        {
            if (key.Revision != revision.Id || !string.Equals(key.Charge, charge.Key, StringComparison.Ordinal)) continue;
            var brought = Money.FromScaled(total.Scaled, terms.Currency);
            var figure = MeterFigure.Of(charge.Meter, parts.FindAll(part => string.Equals(charge.GroupOf(part.Dimensions), key.Destination, StringComparison.Ordinal)), _periodTicks);
            var amount = revision.IsUsageFree ? Money.Zero(terms.Currency) : charge.Amount(brought).RoundedToMinorUnit(terms.LineRounding);
            if (figure == Quantity.Zero && amount.Scaled == 0) continue;
            yield return new PricedLine
            {
                Kind = LineKind.Usage, Charge = charge.Key, Name = charge.Name, Detail = key.Destination, From = from, To = to, Quantity = figure, Unit = charge.Meter.Unit, Amount = amount, TaxCode = charge.TaxCode,
                Cost = charge.Cost is null ? Price.CostOf(charge, figure, terms) : Money.FromScaled(total.CostScaled, terms.Currency).RoundedToMinorUnit(terms.LineRounding), Uncosted = total.Uncosted,
                Explanation = revision.IsUsageFree ? "free in the trial" : charge.Markup.Pico == 0 ? $"{brought} brought by {total.Calls} events" : $"{brought} brought by {total.Calls} events, {charge.Markup.ToPercentText()} on top",
            };
        }
    }

    private PricedLine? Line(PlanRevision revision, MeteredCharge charge, string group, List<UsagePart> parts, LocalDate from, LocalDate to)
    {
        var (meter, count) = (charge.Meter, parts.Sum(part => part.Total.Count));
        var figure = MeterFigure.Of(meter, parts, _periodTicks);
        if (charge is Flat flat)
        {
            if ((!flat.IsAlwaysDue && count == 0) || !_flat.Add((charge.Key, group))) return null;
            figure = Quantity.One;
        }

        var free = charge.MayBeCovered ? allowances.Cover(charge, figure) : Quantity.Zero;
        var priced = new ChargeUsage
        {
            Figure = figure - free, Count = count, Events = charge.NeedsEvents ? Events(revision, charge, group) : new UsageRun(),
            FigureOf = fits => MeterFigure.Of(meter, parts.FindAll(part => fits(part.Dimensions)), _periodTicks),
        };
        var amount = revision.IsUsageFree ? Money.Zero(terms.Currency) : charge.Amount(priced).RoundedToMinorUnit(terms.LineRounding);
        if (figure == Quantity.Zero && amount.Scaled == 0) return null;
        return new PricedLine
        {
            Kind = LineKind.Usage, Charge = charge.Key, Name = charge.Name, Detail = group, From = from, To = to, Quantity = figure, Unit = charge is Flat ? "" : meter.Unit,
            Amount = amount, TaxCode = charge.TaxCode, Cost = Price.CostOf(charge, figure, terms),
            Explanation = revision.IsUsageFree ? "free in the trial" : free == Quantity.Zero ? charge.Explain(priced) : $"{free} of {figure} free; {charge.Explain(priced)}",
        };
    }

    // The totals that a charge covers; of a time-weighted meter also levels that only earlier periods set.
    private List<UsagePart> Parts(PlanRevision revision, UsageCharge charge)
    {
        var parts = new List<UsagePart>();
        if (charge.Meter.Aggregation == Aggregation.TimeWeighted)
        {
            var stretches = Stretches(revision);
            foreach (var dimensions in held.Dimensions(charge.Meter, usage))
                if (charge.Covers(dimensions))
                    parts.Add(new UsagePart(dimensions, usage.Meters.GetValueOrDefault(new MeterKey(revision.Id, charge.Meter.Key, Aggregation.TimeWeighted, dimensions)), held.LevelTicks(charge.Meter, dimensions, usage, stretches)));
            return parts;
        }

        foreach (var (key, total) in usage.Meters)
            if (key.Revision == revision.Id && key.Aggregation == charge.Meter.Aggregation && string.Equals(key.Meter, charge.Meter.Key, StringComparison.Ordinal) && charge.Covers(key.Dimensions))
                parts.Add(new UsagePart(key.Dimensions, total, default));
        return parts;
    }

    private UsageRun Events(PlanRevision revision, MeteredCharge charge, string group)
    {
        var run = new UsageRun();
        foreach (var (key, total) in usage.Meters)
            if (key.Revision == revision.Id && key.Aggregation == Aggregation.Each && string.Equals(key.Meter, charge.Meter.Key, StringComparison.Ordinal) && charge.Covers(key.Dimensions)
                && string.Equals(charge.GroupOf(key.Dimensions), group, StringComparison.Ordinal) && total.More is UsageRun part)
                run = UsageRun.Merge(run, part);
        return run;
    }

    private List<(Instant From, Instant To)> Stretches(PlanRevision revision)
    {
        var stretches = new List<(Instant From, Instant To)>();
        foreach (var span in terms.Spans)
        {
            var to = asOf < span.To ? LocalDate.Min(span.To, asOf.PlusDays(1)) : span.To;
            if (span.Revision == revision && to > span.From) stretches.Add((span.Zone.StartOf(span.From), span.Zone.StartOf(to)));
        }

        return stretches;
    }
}
