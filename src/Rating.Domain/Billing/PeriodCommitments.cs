using NodaTime;
using Rating.Domain.Pricing;

namespace Rating.Domain.Billing;

/// <summary>The minimum and maximum of a plan and of its charges over the days of one period that have a plan revision.</summary>
internal static class PeriodCommitments
{
    /// <summary>Those of a charge, on its lines.</summary>
    public static IEnumerable<PricedLine> Of(PeriodTerms terms, PlanRevision revision, UsageCharge charge, IReadOnlyList<PricedLine> lines, LocalDate asOf) =>
        charge.PeriodMinimum is null && charge.PeriodMaximum is null ? [] : Of(terms, revision, charge.PeriodMinimum, charge.PeriodMaximum, _ => Sum(lines, terms.Currency), charge.Key, charge.Name, charge.TaxCode, asOf);

    /// <summary>Those of a plan, on its lines of usage and what its recurring charges of the period come to, whenever they are billed.</summary>
    public static IEnumerable<PricedLine> Of(PeriodTerms terms, PlanRevision revision, IReadOnlyList<PricedLine> usage, IReadOnlyList<PricedLine> arrears, LocalDate asOf)
    {
        if (revision.Minimum is null && revision.Maximum is null) return [];
        var spans = terms.Spans.Where(span => span.Revision == revision).ToList();
        var recurring = arrears.Where(line => line.Kind == LineKind.Arrears).Concat(RecurringLines.Of(terms, inAdvance: true, terms.Period.End))
            .Where(line => spans.Exists(span => span.From == line.From) && revision.Charges.OfType<RecurringCharge>().Any(charge => charge.Interval is null && string.Equals(charge.Key, line.Charge, StringComparison.Ordinal)));
        var all = usage.Concat(recurring).ToList();
        Money Base(Commitment commitment) => Sum(commitment.Charges.Count == 0 ? all : all.Where(line => commitment.Charges.Contains(line.Charge, StringComparer.Ordinal)), terms.Currency);
        return Of(terms, revision, revision.Minimum, revision.Maximum, Base, revision.Plan, revision.Name, revision.TaxCode, asOf);
    }

    private static IEnumerable<PricedLine> Of(
        PeriodTerms terms, PlanRevision revision, Commitment? minimum, Commitment? maximum, Func<Commitment, Money> baseOf, string key, string name, string taxCode, LocalDate asOf)
    {
        var spans = terms.Spans.Where(span => span.Revision == revision).ToList();
        var share = PeriodShare.OfDays(spans.Sum(span => Period.DaysBetween(span.From, span.To)), terms.Period);
        // What is missing is known when the period is over.
        var isOver = asOf >= terms.Period.End.PlusDays(-1);
        return CommitmentLines.Of(isOver ? minimum : null, maximum, baseOf, CommitmentLines.Line(key, name, taxCode, spans[0].From, spans[^1].To, terms.Currency), share, terms.LineRounding);
    }

    private static Money Sum(IEnumerable<PricedLine> lines, Currency currency) => lines.Aggregate(Money.Zero(currency), (sum, line) => sum + line.Amount);
}
