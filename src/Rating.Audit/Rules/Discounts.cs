using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>What discounts take off the lines of a document, and what is left of each line.</summary>
internal static class Discounts
{
    /// <summary>The discount lines of a snapshot or balance, and the rest of each of its other lines.</summary>
    /// <param name="view">The subscription with its terms, and its schedule.</param>
    /// <param name="lines">The other lines, in the order of the document.</param>
    /// <param name="earlier">Discount lines of earlier snapshots.</param>
    public static (List<OracleLine> Lines, List<Fraction> Rests) Of(PeriodView view, IReadOnlyList<OracleLine> lines, IReadOnlyList<OracleLine> earlier)
    {
        var rests = lines.Select(l => l.Amount).ToList();
        var found = new List<OracleLine>();
        var (subscription, schedule) = (view.Subscription, view.Schedule);
        foreach (var discount in subscription.Discounts.OrderBy(d => d.Charge is null ? 1 : 0)) // a stable sort
        {
            var from = discount.From ?? subscription.Start;
            var to = discount.To ?? (discount.Periods is { } periods ? schedule.Start(schedule.NumberOf(from) + periods) : LocalDate.MaxIsoValue);
            foreach (var number in lines.Select(l => schedule.NumberOf(l.From)).Distinct().Order().ToList())
            {
                var (start, end) = (schedule.Start(number), schedule.End(number));
                var own = Enumerable.Range(0, lines.Count).Where(i => lines[i].From >= start && lines[i].From < end && lines[i].From >= from && lines[i].From < to && (discount.Charge is null || lines[i].Charge == discount.Charge)).ToList();
                if (own.Count == 0) continue;
                var given = earlier.Where(l => l.Detail == discount.Key && l.From == start).Aggregate(Fraction.Zero, (sum, l) => sum - l.Amount);
                var parts = Parts(view, discount, own, lines, rests, given);
                foreach (var (index, part) in own.Zip(parts)) rests[index] -= part;
                foreach (var code in own.Zip(parts).GroupBy(p => lines[p.First].TaxCode))
                {
                    var amount = code.Aggregate(Fraction.Zero, (sum, p) => sum + p.Second);
                    if (!amount.IsZero) found.Add(new OracleLine("discount", discount.Charge ?? LastPlan(view, start, end), discount.Key, start, end, Fraction.One, -amount) { TaxCode = code.Key });
                }
            }
        }
        return (found, rests);
    }

    private static List<Fraction> Parts(PeriodView view, Discount discount, List<int> own, IReadOnlyList<OracleLine> lines, List<Fraction> rests, Fraction given)
    {
        var catalog = view.LineCatalog;
        if (discount.Units is { } left)
        {
            var parts = new List<Fraction>();
            foreach (var index in own)
            {
                var quantity = lines[index].Quantity;
                var used = quantity.Sign <= 0 ? Fraction.Zero : Fraction.Min(left, quantity);
                left -= used;
                parts.Add(used.IsZero ? Fraction.Zero : catalog.Line(used / quantity * rests[index]));
            }
            return parts;
        }
        var sum = own.Aggregate(Fraction.Zero, (total, i) => total + rests[i]);
        var amount = discount.Percent is { } percent ? catalog.Line(sum * percent / 100) : Fraction.Max(Fraction.Zero, Fraction.Min(discount.Amount!.Value - given, sum));
        return Split.Of(amount, own.ConvertAll(i => rests[i]), catalog.Decimals);
    }

    private static string LastPlan(PeriodView view, LocalDate start, LocalDate end)
    {
        var last = (view.Subscription.End is { } ends ? LocalDate.Min(end, ends) : end).PlusDays(-1);
        return view.Subscription.TermsOn(LocalDate.Max(last, start)).Plan;
    }
}
