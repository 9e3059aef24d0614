namespace Rating.Audit.Rules;

/// <summary>What all lines have in common: rounding, one-offs, and differences to what was billed.</summary>
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

    /// <summary>One-off lines of the subscription's first day.</summary>
    public static IEnumerable<OracleLine> OneOffLines(IReadOnlyList<Span> spansOfFirstPeriod)
    {
        if (spansOfFirstPeriod.Count == 0) yield break;
        var first = spansOfFirstPeriod[0];
        foreach (var charge in first.Revision.Charges.Where(c => c.Model == "oneOff"))
        {
            var quantity = first.Quantity(charge.Quantity);
            if (quantity.IsZero) continue;
            var line = new OracleLine("oneOff", charge.Key, "", first.From, first.From.PlusDays(1), quantity, first.LineCatalog.Line(charge.Price * quantity))
            {
                Cost = charge.Cost?.Price is { } price ? first.LineCatalog.Line(price * quantity) : null,
                TaxCode = charge.TaxCode ?? "standard",
            };
            foreach (var part in Recurring.Bundled(line, charge, first.LineCatalog)) yield return part;
        }
    }

    /// <summary>What an advance charge should have in one of its periods minus what was billed for it; nothing where less is due than billed and nothing is given back. Where nothing was billed it is no adjustment.</summary>
    public static IEnumerable<OracleLine> Adjustment(IReadOnlyList<OracleLine> wanted, IReadOnlyList<OracleLine> billed, bool givesNothingBack) =>
        billed.Count == 0 ? wanted : givesNothingBack && Sum(wanted) < Sum(billed) ? [] : Difference("advanceAdjustment", wanted, billed);

    public static Fraction Sum(IEnumerable<OracleLine> lines) => lines.Aggregate(Fraction.Zero, (sum, l) => sum + l.Amount);

    /// <summary>What is wanted minus what was, per charge, detail and first day; nothing where amounts are equal. Without a kind each line keeps its own.</summary>
    public static IEnumerable<OracleLine> Difference(string? kind, IEnumerable<OracleLine> wanted, IEnumerable<OracleLine> before)
    {
        var old = before.ToList();
        foreach (var line in wanted)
        {
            var same = old.FindAll(o => (o.Charge, o.Detail, o.From) == (line.Charge, line.Detail, line.From));
            old.RemoveAll(same.Contains);
            var difference = same.Aggregate(line, Less) with { Kind = kind ?? line.Kind };
            if (!difference.Amount.IsZero) yield return difference;
        }
        foreach (var gone in old.GroupBy(o => (o.Charge, o.Detail, o.From)).Select(g => g.Aggregate(g.Last() with { Quantity = 0, Amount = 0, Cost = g.Last().Cost is null ? null : 0, Uncosted = 0 }, Less)))
            if (!gone.Amount.IsZero) yield return gone with { Kind = kind ?? gone.Kind };
    }

    private static OracleLine Less(OracleLine line, OracleLine other) => line with
    {
        Quantity = line.Quantity - other.Quantity,
        Amount = line.Amount - other.Amount,
        Cost = line.Cost is null && other.Cost is null ? null : (line.Cost ?? 0) - (other.Cost ?? 0),
        Uncosted = line.Uncosted - other.Uncosted,
    };
}
