using Rating.Domain.Pricing;

namespace Rating.Domain.Billing;

/// <summary>What is still due of charges in advance: wanted minus billed, charge by charge.</summary>
public static class AdvanceCharges
{
    /// <summary>Per charge the lines as they are where none of it was billed; else differences, but nothing back from a charge that gives nothing back.</summary>
    /// <param name="wanted">The lines that the terms give now.</param>
    /// <param name="billed">The advance lines and adjustments of the same days that were billed.</param>
    /// <param name="spans">The terms of these days.</param>
    /// <param name="known">The recurring charges of all plans of the subscription: what was billed may be of one that these terms do not have.</param>
    public static IReadOnlyList<PricedLine> Due(IReadOnlyList<PricedLine> wanted, IReadOnlyList<PricedLine> billed, IReadOnlyList<TermsSpan> spans, IReadOnlyList<RecurringCharge> known)
    {
        var before = billed.ToLookup(line => line.Charge, StringComparer.Ordinal);
        var now = wanted.ToLookup(line => line.Charge, StringComparer.Ordinal);
        var lines = new List<PricedLine>();
        foreach (var key in wanted.Concat(billed).Select(line => line.Charge).Distinct(StringComparer.Ordinal))
        {
            if (!before.Contains(key)) lines.AddRange(now[key]);
            else if (Sum(now[key]) >= Sum(before[key]) || IsCredited(key, spans, known)) lines.AddRange(Price.Difference(LineKind.AdvanceAdjustment, [.. now[key]], [.. before[key]]));
        }

        return lines;
    }

    /// <summary>Whether a line is of a charge with this period of its own: by the terms of the period, or, where these have no such charge any more, by what its plans ever had.</summary>
    /// <param name="line">An advance line that was billed.</param>
    /// <param name="own">The period.</param>
    /// <param name="known">The recurring charges of all plans of the subscription.</param>
    public static bool IsOf(PricedLine line, ChargePeriod own, IReadOnlyList<RecurringCharge> known)
    {
        if (line.From < own.Period.Start || line.From >= own.Period.End) return false;
        var now = Of(own.Spans, line.Charge).ToList();
        return (now.Count > 0 ? now : known.Where(charge => IsKey(charge, line.Charge))).Any(charge => charge.Interval == own.Interval);
    }

    private static IEnumerable<RecurringCharge> Of(IReadOnlyList<TermsSpan> spans, string key) => spans.SelectMany(span => span.Revision.Charges).OfType<RecurringCharge>().Where(charge => IsKey(charge, key));

    private static bool IsKey(RecurringCharge charge, string key) => string.Equals(charge.Key, key, StringComparison.Ordinal);

    private static bool IsCredited(string key, IReadOnlyList<TermsSpan> spans, IReadOnlyList<RecurringCharge> known)
    {
        var now = Of(spans, key).ToList();
        return now.Count > 0 ? now.TrueForAll(charge => charge.IsCredited) : known.LastOrDefault(charge => IsKey(charge, key))?.IsCredited ?? true;
    }

    private static Int128 Sum(IEnumerable<PricedLine> lines) => lines.Aggregate((Int128)0, (sum, line) => sum + line.Amount.Scaled);
}
