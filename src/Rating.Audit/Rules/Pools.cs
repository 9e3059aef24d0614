namespace Rating.Audit.Rules;

/// <summary>Free units that all subscriptions of an account use together: they cover usage on the invoice.</summary>
internal static class Pools
{
    /// <summary>The pool lines of an invoice; its snapshots come in the order of their subscriptions.</summary>
    public static List<(string Subscription, OracleLine Line)> Lines(IReadOnlyList<(string Subscription, UsagePricing Priced)> snapshots)
    {
        var left = new Dictionary<string, Fraction>();
        foreach (var (key, units) in snapshots.SelectMany(s => s.Priced.Allowances.Pooled)) left[key] = left.GetValueOrDefault(key) + units;
        if (left.Count == 0) return [];
        Fraction Take(Allowance allowance, Fraction wanted)
        {
            var taken = Fraction.Max(Fraction.Zero, Fraction.Min(wanted, left.GetValueOrDefault(allowance.Key)));
            left[allowance.Key] = left.GetValueOrDefault(allowance.Key) - taken;
            return taken;
        }

        foreach (var key in left.Keys.Order(StringComparer.Ordinal).ToList())
        {
            var calls = snapshots.SelectMany(s => s.Priced.Calls.Select(c => (s.Subscription, Call: c)))
                .OrderBy(c => c.Call.Call.Time).ThenBy(c => c.Call.Call.Source, StringComparer.Ordinal).ThenBy(c => c.Call.Call.Id, StringComparer.Ordinal).ThenBy(c => c.Subscription, StringComparer.Ordinal).ThenBy(c => c.Call.Charge.Key, StringComparer.Ordinal);
            foreach (var (_, call) in calls)
                if (call.Revision.Allowances.FirstOrDefault(a => a.Pooled && a.Key == key && call.IsCoveredBy(a)) is { } allowance) call.Covered += Take(allowance, call.Call.BilledSeconds - call.Covered);
        }
        foreach (var (_, priced) in snapshots)
            foreach (var revision in priced.Figures.Select(f => f.Revision).Distinct().ToList()) priced.CoverFigures(revision, [.. revision.Allowances.Where(a => a.Pooled)], Take);

        var lines = new List<(string, OracleLine)>();
        foreach (var (subscription, priced) in snapshots)
        {
            foreach (var ((revision, before), (_, after)) in priced.Lines.Zip(priced.Price()))
            {
                if (!revision.Allowances.Any(a => a.Pooled) || priced.CoveredOf(revision, before) is not { Sign: > 0 } covered || !IsPooled(revision, before)) continue;
                lines.Add((subscription, before with { Kind = "pool", Quantity = covered, Amount = after.Amount - before.Amount, Cost = null, Uncosted = 0 }));
            }
        }
        return lines;
    }

    private static bool IsPooled(Revision revision, OracleLine line) =>
        revision.Charges.FirstOrDefault(c => c.Key == line.Charge) is { } charge && revision.Allowances.Any(a => a.Pooled && a.Covers(charge, line.Detail.Length > 0 || a.Destinations is null ? line.Detail : a.Destinations[0]));
}
