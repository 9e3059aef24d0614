namespace Rating.Audit.Rules;

/// <summary>Lines that lift a period's charges to a minimum or cut them at a maximum.</summary>
internal static class Commitments
{
    /// <summary>The lines of usage in the order of a document: revision by revision, charge by charge, each with its minimum and maximum behind it, and the plan's at the end.</summary>
    public static IEnumerable<OracleLine> WithUsage(PeriodView view, UsagePricing usage, IReadOnlyList<OracleLine> arrears, IReadOnlyList<OracleLine> advance, IReadOnlyList<OracleLine>? billedUsage = null)
    {
        var withMinimum = view.AsOf is not { } asOf || asOf >= view.End.PlusDays(-1);
        foreach (var (revision, spans) in view.Revisions)
        {
            var used = usage.Lines.FindAll(l => l.Revision.Number == revision.Number).ConvertAll(l => l.Line);
            var all = new List<OracleLine>();
            foreach (var charge in revision.Charges.Where(c => c.IsMetered))
            {
                var lines = used.FindAll(l => l.Charge == charge.Key);
                var own = Between(view, spans, charge.Key, charge.TaxCode, withMinimum ? charge.Minimum : null, charge.Maximum, _ => Pricing.Sum(lines)).ToList();
                all.AddRange([.. lines, .. own]);
                foreach (var line in lines.Where(_ => billedUsage is null).Concat(own)) yield return line;
            }

            if (revision.Phase?.IsTrial == true || (revision.Plan.Minimum ?? revision.Plan.Maximum) is null) continue;
            var recurring = arrears.Concat(advance).Where(l => spans.Exists(s => s.From <= l.From && l.From < s.To) && !revision.Charges.Any(c => c.Key == l.Charge && c.HasOwnInterval));
            all.AddRange(recurring);
            Fraction Base(Commitment c) => Pricing.Sum(all.Where(l => c.Charges is null || c.Charges.Contains(l.Charge)));
            foreach (var line in Between(view, spans, revision.Plan.Key, revision.Plan.TaxCode, withMinimum ? revision.Plan.Minimum : null, revision.Plan.Maximum, Base)) yield return line;
        }
        if (billedUsage is not null)
            foreach (var line in Pricing.Difference(null, usage.Lines.Select(l => l.Line), billedUsage)) yield return line;
    }

    private static IEnumerable<OracleLine> Between(
        PeriodView view, List<Span> spans, string key, string? taxCode, Commitment? minimum, Commitment? maximum, Func<Commitment, Fraction> baseOf)
    {
        OracleLine Line(string kind, Fraction amount) => new(kind, key, kind, spans[0].From, spans[^1].To, Fraction.One, amount) { TaxCode = taxCode ?? "standard" };
        var added = Fraction.Zero;
        if (minimum is not null)
        {
            added = Amount(view, spans, minimum) - baseOf(minimum);
            if (added.Sign > 0) yield return Line("minimum", added);
            else added = Fraction.Zero;
        }
        if (maximum is null) yield break;
        var over = baseOf(maximum) + added - Amount(view, spans, maximum);
        if (over.Sign > 0) yield return Line("maximum", -over);
    }

    private static Fraction Amount(PeriodView view, List<Span> spans, Commitment commitment) =>
        view.LineCatalog.Line(commitment.Prorated ? commitment.Amount * spans.Sum(s => s.Days) / view.Schedule.Days(view.Number) : commitment.Amount);
}
