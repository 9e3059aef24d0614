using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Lines from terms and usage, as docs/formats.md says them.</summary>
internal static class Pricing
{
    public static RoundingRule Rule(string name) => name switch
    {
        "halfUp" => RoundingRule.HalfUp,
        "halfEven" => RoundingRule.HalfEven,
        "up" => RoundingRule.Up,
        "down" => RoundingRule.Down,
        _ => throw new FormatException($"'{name}' is not a rounding."),
    };

    /// <summary>Metered lines, per plan revision of the period: they begin with its first day and end with its last.</summary>
    public static IEnumerable<OracleLine> UsageLines(IReadOnlyList<Span> spans, Usage usage)
    {
        foreach (var group in spans.GroupBy(s => s.Plan.Revision))
        {
            var plan = group.First().Plan;
            var (from, to) = (group.First().From, group.Last().To);
            foreach (var charge in plan.Charges.Where(c => c.IsMetered))
            {
                if (charge.Deck is not null)
                {
                    foreach (var calls in usage.Calls.Where(c => c.Revision == plan.Revision && c.Charge == charge.Key).GroupBy(c => c.Destination))
                    {
                        Fraction billed = calls.Sum(c => c.BilledSeconds);
                        var amount = calls.Aggregate(Fraction.Zero, (sum, c) => sum + c.Amount);
                        if (!billed.IsZero || !amount.IsZero) yield return new OracleLine("calls", charge.Key, calls.Key, from, to, billed, group.First().LineCatalog.Line(amount));
                    }
                }
                else
                {
                    var figure = charge.Meter!.Figure(usage.Measured.FindAll(m => m.Revision == plan.Revision && m.Meter.Key == charge.Meter.Key && charge.Covers(m.Dimensions)));
                    var amount = group.First().LineCatalog.Line(charge.Amount(figure));
                    if (!figure.IsZero || !amount.IsZero) yield return new OracleLine("usage", charge.Key, "", from, to, figure, amount);
                }
            }
        }
    }

    /// <summary>Recurring lines: a share of the whole schedule period per span, or the full price once.</summary>
    public static IEnumerable<OracleLine> RecurringLines(IReadOnlyList<Span> spans, int scheduleDays, bool inAdvance)
    {
        var chargedOnce = new HashSet<string>();
        foreach (var span in spans)
        {
            foreach (var charge in span.Plan.Charges.Where(c => c.Model == "recurring" && c.InAdvance == inAdvance))
            {
                var quantity = span.Terms.Quantity(charge.Quantity);
                if (quantity.IsZero || (!charge.Prorated && !chargedOnce.Add(charge.Key))) continue;
                var share = charge.Prorated ? new Fraction(span.Days, scheduleDays) : Fraction.One;
                yield return new OracleLine(inAdvance ? "advance" : "arrears", charge.Key, "", span.From, span.To, quantity, span.LineCatalog.Line(charge.Price * quantity * share));
            }
        }
    }

    /// <summary>One-off lines of the subscription's first day.</summary>
    public static IEnumerable<OracleLine> OneOffLines(IReadOnlyList<Span> spansOfFirstPeriod)
    {
        if (spansOfFirstPeriod.Count == 0) yield break;
        var first = spansOfFirstPeriod[0];
        foreach (var charge in first.Plan.Charges.Where(c => c.Model == "oneOff"))
        {
            var quantity = first.Terms.Quantity(charge.Quantity);
            if (!quantity.IsZero) yield return new OracleLine("oneOff", charge.Key, "", first.From, first.From.PlusDays(1), quantity, first.LineCatalog.Line(charge.Price * quantity));
        }
    }

    /// <summary>What is wanted minus what was, per charge, detail and first day; nothing where amounts are equal.</summary>
    public static IEnumerable<OracleLine> Difference(string kind, IEnumerable<OracleLine> wanted, IEnumerable<OracleLine> before)
    {
        var old = before.ToList();
        foreach (var line in wanted)
        {
            var same = old.FindAll(o => (o.Charge, o.Detail, o.From) == (line.Charge, line.Detail, line.From));
            old.RemoveAll(same.Contains);
            var difference = line with
            {
                Kind = kind,
                Quantity = same.Aggregate(line.Quantity, (rest, o) => rest - o.Quantity),
                Amount = same.Aggregate(line.Amount, (rest, o) => rest - o.Amount),
            };
            if (!difference.Amount.IsZero) yield return difference;
        }
        foreach (var gone in old.Where(o => !o.Amount.IsZero)) yield return gone with { Kind = kind, Quantity = -gone.Quantity, Amount = -gone.Amount };
    }
}
