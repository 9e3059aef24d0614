namespace Rating.Audit.Rules;

/// <summary>The taxes on the lines of one invoice.</summary>
internal sealed class Taxation(TaxTable table, Account? account, Catalog catalog)
{
    private static readonly string[] KindsWithFees = ["advance", "arrears", "oneOff", "usage", "calls"];
    private readonly Dictionary<(int Rule, string Note), (Fraction Base, Fraction Exact)> _sums = [];
    private readonly Dictionary<int, List<(BilledLine Line, Fraction Exact)>> _byRule = [];

    public List<OracleTax> Lines { get; } = [];

    /// <summary>Taxes that the prices do not hold.</summary>
    public Fraction OnTop { get; private set; }

    public Taxation Of(IReadOnlyList<BilledLine> lines)
    {
        foreach (var line in lines) Tax(line);
        for (var rule = 0; rule < table.Rules.Count; rule++)
        {
            foreach (var ((_, note), (taxed, exact)) in _sums.Where(s => s.Key.Rule == rule).OrderBy(s => s.Key.Note, StringComparer.Ordinal).ToList())
            {
                var amount = exact.Round(catalog.Decimals, RoundingRule.HalfUp);
                Lines.Add(new OracleTax(table.Rules[rule].Key, catalog.Line(taxed), amount, note));
                if (table.PricesInclude && table.Rules[rule].Percent is not null) continue;
                OnTop += amount;
                if (note.Length > 0) continue;
                var parts = _byRule[rule];
                foreach (var ((line, _), share) in parts.Zip(Split.Of(amount, parts.ConvertAll(p => p.Exact), catalog.Decimals))) line.TaxOnTop += share;
            }
        }
        return this;
    }

    private void Tax(BilledLine line)
    {
        if (line.Line.Kind == "discount") return; // it lowers the lines that it is on
        var code = line.Line.TaxCode;
        var applying = Enumerable.Range(0, table.Rules.Count).Where(i => table.Rules[i].AppliesTo(code, line.Address, line.Line.From)).ToList();
        var interstate = table.Interstate.GetValueOrDefault(code) / 100;

        // Prices that hold their taxes: the rates that come to them in all.
        var rates = new Dictionary<string, Fraction>();
        if (table.PricesInclude)
        {
            foreach (var rule in applying.Select(i => table.Rules[i]).Where(r => r.Percent is not null && Note(r, line).Length == 0))
                rates[rule.Key] = rule.Percent!.Value / 100 * (Part(rule, interstate) + Sum(rule.AlsoOn.Select(k => rates.GetValueOrDefault(k))));
        }
        var net = line.Rest / (Fraction.One + Sum(rates.Values));

        var exact = new Dictionary<string, Fraction>();
        foreach (var index in applying)
        {
            var rule = table.Rules[index];
            var note = Note(rule, line);
            Fraction taxed, tax;
            if (rule.Percent is { } percent)
            {
                var part = table.PricesInclude ? net * Part(rule, interstate) : rule.Traffic switch
                {
                    "interstate" => catalog.Line(line.Rest * interstate),
                    "intrastate" => line.Rest - catalog.Line(line.Rest * interstate),
                    _ => line.Rest,
                };
                taxed = part + Sum(rule.AlsoOn.Select(k => exact.GetValueOrDefault(k)));
                tax = taxed * percent / 100;
            }
            else
            {
                if (line.Rest.Sign <= 0 || !KindsWithFees.Contains(line.Line.Kind)) continue;
                taxed = line.Rest;
                tax = rule.Per == "quantity" ? rule.Amount * line.Line.Quantity : rule.Amount;
            }
            if (note.Length > 0) tax = Fraction.Zero;
            if (table.RoundsLines) tax = tax.Round(catalog.Decimals, RoundingRule.HalfUp);
            exact[rule.Key] = tax;
            var sum = _sums.GetValueOrDefault((index, note));
            _sums[(index, note)] = (sum.Base + taxed, sum.Exact + tax);
            if (note.Length > 0) continue;
            if (!_byRule.TryGetValue(index, out var list)) _byRule[index] = list = [];
            list.Add((line, tax));
        }
    }

    private static Fraction Sum(IEnumerable<Fraction> values) => values.Aggregate(Fraction.Zero, (sum, v) => sum + v);

    private static Fraction Part(TaxRule rule, Fraction interstate) => rule.Traffic switch
    {
        "interstate" => interstate,
        "intrastate" => Fraction.One - interstate,
        _ => Fraction.One,
    };

    private string Note(TaxRule rule, BilledLine line) =>
        account?.Exemptions.FirstOrDefault(e => e.Covers(rule, line.Line.From)) is { } exemption ? exemption.Note
        : account?.ReverseCharge.Contains(rule.Type) == true ? "reverse charge" : "";
}
