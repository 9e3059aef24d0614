namespace Rating.Audit.Rules;

/// <summary>The taxes on the lines of one invoice.</summary>
internal sealed class Taxation(TaxTable table, Account? account, Catalog catalog)
{
    private static readonly string[] KindsWithFees = ["advance", "arrears", "oneOff", "usage", "calls"];
    private readonly Dictionary<(int Rule, string Note), (Fraction Base, Fraction Exact)> _sums = [];

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
                var amount = Rounded(exact);
                Lines.Add(new OracleTax(table.Rules[rule].Key, Rounded(taxed), amount, note));
                if (IsOnTop(table.Rules[rule])) OnTop += amount;
            }
        }
        return this;
    }

    private Fraction Rounded(Fraction amount) => amount.Round(catalog.Decimals, RoundingRule.HalfUp);

    private bool IsOnTop(TaxRule rule) => !table.PricesInclude || rule.Percent is null;

    private void Tax(BilledLine line)
    {
        var (code, amount) = (line.Line.TaxCode, line.Line.Amount);
        var applying = Enumerable.Range(0, table.Rules.Count).Where(i => table.Rules[i].AppliesTo(code, line.Address, line.Line.From)).ToList();
        var interstate = Rounded(amount * table.Interstate.GetValueOrDefault(code) / 100);
        Fraction Part(TaxRule rule) => rule.Traffic switch
        {
            "interstate" => interstate,
            "intrastate" => amount - interstate,
            _ => amount,
        };

        // Prices that hold their taxes: the rates that come to them in all.
        var net = Fraction.One;
        if (table.PricesInclude && !amount.IsZero)
        {
            var rates = new Dictionary<string, Fraction>();
            foreach (var rule in applying.Select(i => table.Rules[i]).Where(r => r.Percent is not null && Note(r, line).Length == 0))
                rates[rule.Key] = rule.Percent!.Value / 100 * ((Part(rule) / amount) + Sum(rule.AlsoOn.Select(k => rates.GetValueOrDefault(k))));
            net = Fraction.One / (Fraction.One + Sum(rates.Values));
        }

        var exact = new Dictionary<string, Fraction>();
        var onTop = Fraction.Zero;
        foreach (var index in applying)
        {
            var rule = table.Rules[index];
            Fraction taxed, tax;
            if (rule.Percent is { } percent)
            {
                taxed = (Part(rule) * net) + Sum(rule.AlsoOn.Select(k => exact.GetValueOrDefault(k)));
                tax = taxed * percent / 100;
            }
            else
            {
                if (amount.Sign <= 0 || (rule.Per == "quantity" && line.Line.Quantity.Sign <= 0) || !KindsWithFees.Contains(line.Line.Kind)) continue;
                taxed = amount;
                tax = rule.Per == "quantity" ? rule.Amount * line.Line.Quantity : rule.Amount;
            }
            var note = Note(rule, line);
            if (note.Length > 0) tax = Fraction.Zero;
            if (table.RoundsLines) tax = Rounded(tax);
            exact[rule.Key] = tax;
            if (IsOnTop(rule)) onTop += tax;
            var sum = _sums.GetValueOrDefault((index, note));
            _sums[(index, note)] = (sum.Base + taxed, sum.Exact + tax);
        }
        line.TaxOnTop = Rounded(onTop);
    }

    private static Fraction Sum(IEnumerable<Fraction> values) => values.Aggregate(Fraction.Zero, (sum, v) => sum + v);

    private string Note(TaxRule rule, BilledLine line) =>
        account?.ReverseCharge.Contains(rule.Type) == true ? "reverse charge"
        : account?.Exemptions.FirstOrDefault(e => e.Covers(rule, line.Line.From)) is { } exemption ? exemption.Note : "";
}
