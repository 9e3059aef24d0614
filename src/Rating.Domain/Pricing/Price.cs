using NodaTime;
using Rating.Domain.Billing;
using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>The one pure function behind running charges and invoices: terms and usage in, lines out.</summary>
public static class Price
{
    /// <summary>What a period's usage and its recurring charges in arrears cost.</summary>
    /// <param name="terms">The terms of the period.</param>
    /// <param name="usage">All its usage, of all partitions.</param>
    /// <param name="asOf">Recurring charges accrue for the days up to and with this one; the period's end or later prices all of it.</param>
    /// <param name="held">Levels of time-weighted meters at the period's start; null for none.</param>
    /// <exception cref="InvariantBrokenException">The usage was rated under a plan revision that the terms do not have.</exception>
    public static IReadOnlyList<PricedLine> Arrears(PeriodTerms terms, PeriodUsage usage, LocalDate asOf, HeldLevels? held = null) => Arrears(terms, usage, asOf, new PeriodStart(held ?? HeldLevels.None, [])).Lines;

    /// <inheritdoc cref="Arrears(PeriodTerms, PeriodUsage, LocalDate, HeldLevels?)"/>
    /// <param name="terms">The terms of the period.</param>
    /// <param name="usage">All its usage, of all partitions.</param>
    /// <param name="asOf">Recurring charges accrue for the days up to and with this one.</param>
    /// <param name="start">What earlier periods have left behind.</param>
    /// <returns>The lines, and what is left of allowances for the next period.</returns>
    public static (IReadOnlyList<PricedLine> Lines, IReadOnlyList<AllowanceGrant> Left) Arrears(PeriodTerms terms, PeriodUsage usage, LocalDate asOf, PeriodStart start)
    {
        var allowances = new PeriodAllowances(terms, usage, start.Left, null);
        var lines = Arrears(terms, usage, asOf, start.Held, allowances);
        return (lines, allowances.Close());
    }

    internal static IReadOnlyList<PricedLine> Arrears(PeriodTerms terms, PeriodUsage usage, LocalDate asOf, HeldLevels held, PeriodAllowances allowances)
    {
        var counted = new MeteredLines(terms, usage, asOf, held, allowances);
        foreach (var key in usage.Meters.Keys) HasRevision(terms, key.Revision);
        foreach (var key in usage.Calls.Keys) HasRevision(terms, key.Revision);
        var lines = RecurringLines.Of(terms, inAdvance: false, asOf);
        foreach (var own in terms.ChargePeriods)
            if (own.End > terms.Period.Start && own.End <= terms.Period.End) lines.AddRange(RecurringLines.Of(terms, own, inAdvance: false, asOf));
        foreach (var revision in terms.Spans.Select(span => span.Revision).Distinct())
        {
            var from = terms.Spans.First(span => span.Revision == revision).From;
            var to = terms.Spans.Last(span => span.Revision == revision).To;
            allowances.Begin(revision);
            var ofRevision = new List<PricedLine>();
            foreach (var charge in revision.Charges)
            {
                List<PricedLine> ofCharge = charge switch
                {
                    MeteredCharge metered => [.. counted.Of(revision, metered, from, to)],
                    Dynamic brought => [.. counted.Of(revision, brought, from, to)],
                    RateDeckCharge calls => [.. Calls(terms, usage, revision, calls, from, to, allowances)],
                    _ => [],
                };
                ofRevision.AddRange(ofCharge);
                if (charge is UsageCharge committed) ofRevision.AddRange(PeriodCommitments.Of(terms, revision, committed, ofCharge, asOf));
            }

            lines.AddRange(ofRevision);
            lines.AddRange(PeriodCommitments.Of(terms, revision, ofRevision, lines, asOf));
        }

        return lines;
    }

    /// <summary>What a period's recurring charges in advance cost.</summary>
    public static IReadOnlyList<PricedLine> Advance(PeriodTerms terms) => RecurringLines.Of(terms, inAdvance: true, terms.Period.End);

    /// <summary>What the charges in advance of a period of their own cost.</summary>
    public static IReadOnlyList<PricedLine> Advance(PeriodTerms terms, ChargePeriod own) => RecurringLines.Of(terms, own, inAdvance: true, own.Period.End);

    /// <summary>What is charged once, when the subscription begins in this period.</summary>
    public static IReadOnlyList<PricedLine> OneOffs(PeriodTerms terms)
    {
        var lines = new List<PricedLine>();
        if (terms.Spans.Count == 0) return lines;
        var span = terms.Spans[0];
        foreach (var charge in span.Revision.Charges.OfType<OneOffCharge>())
        {
            var quantity = span.Quantity(charge.QuantityName);
            if (quantity == Quantity.Zero) continue;
            lines.AddRange(Bundle.Shown(charge.Parts, new PricedLine
            {
                Kind = LineKind.OneOff, Charge = charge.Key, Name = charge.Name, Detail = "", From = span.From, To = span.From.PlusDays(1), Quantity = quantity, Unit = charge.QuantityName,
                Amount = (charge.Price * quantity).RoundedToMinorUnit(terms.LineRounding), TaxCode = charge.TaxCode, Cost = CostOf(charge, quantity, terms), Explanation = $"{quantity} at {charge.Price}, once",
            }));
        }

        return lines;
    }

    /// <summary>What must still be billed where <paramref name="billed"/> was billed and <paramref name="wanted"/> is right: one line per difference, none where nothing changed.</summary>
    public static IReadOnlyList<PricedLine> Difference(LineKind kind, IReadOnlyList<PricedLine> wanted, IReadOnlyList<PricedLine> billed)
    {
        var before = billed.GroupBy(Identity).ToDictionary(group => group.Key, group => group.ToList());
        var lines = new List<PricedLine>();
        void Add(PricedLine like, IReadOnlyList<PricedLine> now, IReadOnlyList<PricedLine> old, string explanation)
        {
            var amount = Sum(now, like.Amount.Currency) - Sum(old, like.Amount.Currency);
            if (amount == Money.Zero(amount.Currency)) return;
            lines.Add(like with
            {
                Kind = kind, Amount = amount, Quantity = Quantities(now) - Quantities(old), Cost = Costs(now, old), Uncosted = now.Sum(line => line.Uncosted) - old.Sum(line => line.Uncosted), Explanation = explanation,
            });
        }

        foreach (var group in wanted.GroupBy(Identity))
        {
            before.Remove(group.Key, out var old);
            Add(group.Last(), [.. group], old ?? [], $"difference to what was billed before; now {group.Last().Explanation}");
        }

        foreach (var old in before.Values) Add(old[^1], [], old, "taken back: it no longer applies");
        return lines;
    }

    private static (string Charge, string Detail, LocalDate From) Identity(PricedLine line) => (line.Charge, line.Detail, line.From);

    private static Money Sum(IEnumerable<PricedLine> lines, Currency currency) => lines.Aggregate(Money.Zero(currency), (sum, line) => sum + line.Amount);

    private static Quantity Quantities(IEnumerable<PricedLine> lines) => lines.Aggregate(Quantity.Zero, (sum, line) => sum + line.Quantity);

    private static void HasRevision(PeriodTerms terms, int revision) => Invariant.Holds(
        terms.Spans.Any(span => span.Revision.Id == revision), $"subscription {terms.Subscription}, period {terms.Period}: usage was rated under plan revision {revision}, which its terms do not have");

    private static IEnumerable<PricedLine> Calls(PeriodTerms terms, PeriodUsage usage, PlanRevision revision, RateDeckCharge charge, LocalDate from, LocalDate to, PeriodAllowances allowances)
    {
        var lines = new SortedDictionary<string, (CallTotal Total, Int128 Scaled, Quantity Covered)>(StringComparer.Ordinal);
        foreach (var (key, total) in usage.Calls)
        {
            if (key.Revision != revision.Id || !string.Equals(key.Charge, charge.Key, StringComparison.Ordinal)) continue;
            var detail = charge.IsOneLine ? "" : key.Destination;
            var (all, scaled, covered) = lines.GetValueOrDefault(detail);
            all.Combine(total);
            var free = allowances.CallsOf(key);
            lines[detail] = (all, checked(scaled + (free?.Scaled ?? total.Scaled)), covered + (free?.Covered ?? Quantity.Zero));
        }

        foreach (var (detail, (total, scaled, covered)) in lines)
        {
            // Calls of no length cost nothing and are no line.
            if (total.BilledSeconds == 0 && total.Scaled == 0) continue;
            var quantity = Quantity.Of(total.BilledSeconds);
            yield return new PricedLine
            {
                Kind = LineKind.Calls, Charge = charge.Key, Name = charge.Name, Detail = detail, From = from, To = to, Quantity = quantity, Unit = "s",
                Amount = revision.IsUsageFree ? Money.Zero(terms.Currency) : Money.FromScaled(scaled, terms.Currency).RoundedToMinorUnit(terms.LineRounding), TaxCode = charge.TaxCode,
                Cost = charge.BuyDeck is null ? CostOf(charge, quantity, terms) : Money.FromScaled(total.CostScaled, terms.Currency).RoundedToMinorUnit(terms.LineRounding), Uncosted = total.Uncosted,
                Explanation = $"{total.Calls} calls, {total.Seconds} s used, {total.BilledSeconds} s billed{(covered > Quantity.Zero ? $", {covered} s of them free" : "")}{(revision.IsUsageFree ? ", free in the trial" : "")}",
            };
        }
    }

    /// <summary>What a quantity costs the seller, rounded as an amount is; null where the charge does not say.</summary>
    internal static Money? CostOf(Charge charge, Quantity quantity, PeriodTerms terms) => charge.CostPrice is { } price ? (price * quantity).RoundedToMinorUnit(terms.LineRounding) : null;

    private static Money? Costs(IEnumerable<PricedLine> wanted, IEnumerable<PricedLine> billed)
    {
        Money? sum = null;
        foreach (var line in wanted)
            if (line.Cost is { } cost) sum = sum is { } known ? known + cost : cost;
        foreach (var line in billed)
            if (line.Cost is { } cost) sum = (sum ?? Money.Zero(cost.Currency)) - cost;
        return sum;
    }
}
