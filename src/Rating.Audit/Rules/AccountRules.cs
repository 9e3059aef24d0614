using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>What an account's terms make of its subscriptions' lines: minimum and maximum, discounts, credit, taxes.</summary>
internal sealed class AccountRules(Account? account, Catalog table, IReadOnlyDictionary<string, Fraction> creditsTaken)
{
    private readonly List<OracleCredit> _credits = [];

    /// <summary>An invoice of sections, each with its lines and what subscription discounts left of them.</summary>
    /// <param name="sections">Per snapshot: subscription, kind, all lines, and the taxable ones.</param>
    /// <param name="pool">Lines of the account's pools.</param>
    /// <param name="date">The invoice's date.</param>
    /// <param name="isCycleByDate">Whether this is the ordinary invoice of a cycle.</param>
    /// <param name="days">Days of the first snapshot's period.</param>
    public OracleInvoice Make(IReadOnlyList<(string Subscription, string Kind, IReadOnlyList<OracleLine> Lines, IReadOnlyList<BilledLine> Billed)> sections, IReadOnlyList<(string Subscription, OracleLine Line)> pool, LocalDate date, bool isCycleByDate, (LocalDate From, LocalDate To) days)
    {
        var lines = sections.SelectMany(s => s.Billed).ToList();
        var own = new List<(string, OracleLine)>();
        void Add(string subscription, OracleLine line, Fraction rest)
        {
            own.Add((subscription, line));
            lines.Add(new BilledLine(subscription, lines.Find(l => l.Subscription == subscription)?.Address ?? account?.TaxAddress ?? "", line, rest));
        }

        foreach (var (subscription, line) in pool) Add(subscription, line, line.Amount);
        if (isCycleByDate && account is not null)
        {
            foreach (var kind in new[] { "minimum", "maximum" })
            {
                if ((kind == "minimum" ? account.Minimum : account.Maximum) is not { } commitment) continue;
                var difference = table.Line(commitment.Amount) - Sum(lines.Where(l => commitment.Charges is null || commitment.Charges.Contains(l.Line.Charge)), l => l.Line.Amount);
                if (kind == "minimum" ? difference.Sign > 0 : difference.Sign < 0) Add("", new OracleLine(kind, "account", kind, days.From, days.To, Fraction.One, difference), difference);
            }
            foreach (var discount in account.Discounts) Discounted(discount, lines, days, Add);
        }

        Pay(lines, afterTax: false, Sum(lines, l => l.Line.Amount), (subscription, line) => Add(subscription, line with { From = days.From, To = days.To }, Fraction.Zero));
        var gross = Sum(lines, l => l.Line.Amount);
        var taxes = table.Taxes is { } taxTable ? new Taxation(taxTable, account, table).Of(lines) : null;
        var total = gross + (taxes?.OnTop ?? Fraction.Zero);
        Pay(lines, afterTax: true, total, (_, _) => { });
        return new OracleInvoice
        {
            Date = date,
            Sections = [.. sections.Select(s => (s.Subscription, s.Kind, s.Lines))],
            AccountLines = own,
            Taxes = taxes?.Lines ?? [],
            Credits = _credits,
            Net = total - (taxes?.Lines.Aggregate(Fraction.Zero, (sum, t) => sum + t.Amount) ?? Fraction.Zero),
            Total = total,
        };
    }

    private static Fraction Sum(IEnumerable<BilledLine> lines, Func<BilledLine, Fraction> what) => lines.Aggregate(Fraction.Zero, (total, l) => total + what(l));

    private void Discounted(Discount discount, List<BilledLine> lines, (LocalDate From, LocalDate To) days, Action<string, OracleLine, Fraction> add)
    {
        var of = lines.FindAll(l => (discount.From is null || l.Line.From >= discount.From) && (discount.To is null || l.Line.From < discount.To) && (discount.Charge is null || l.Line.Charge == discount.Charge));
        var sum = Sum(of, l => l.Rest);
        var amount = discount.Percent is { } percent ? table.Line(sum * percent / 100) : Fraction.Max(Fraction.Zero, Fraction.Min(discount.Amount!.Value, sum));
        var parts = of.Zip(Split.Of(amount, of.ConvertAll(l => l.Rest), table.Decimals)).ToList();
        foreach (var (line, part) in parts) line.Rest -= part;
        foreach (var group in parts.GroupBy(p => (p.First.Subscription, p.First.Line.TaxCode)))
        {
            var off = group.Aggregate(Fraction.Zero, (all, p) => all + p.Second);
            if (!off.IsZero) add(group.Key.Subscription, new OracleLine("discount", discount.Charge ?? "", discount.Key, days.From, days.To, Fraction.One, -off) { TaxCode = group.Key.TaxCode }, Fraction.Zero);
        }
    }

    private void Pay(List<BilledLine> lines, bool afterTax, Fraction most, Action<string, OracleLine> add)
    {
        foreach (var line in lines) line.Paid = Fraction.Zero;
        var inOrder = (account?.Credits ?? []).Where(c => c.IsAfterTax == afterTax)
            .OrderBy(c => c.Priority).ThenBy(c => c.To ?? LocalDate.MaxIsoValue).ThenBy(c => c.From ?? LocalDate.MinIsoValue).ThenBy(c => c.Key, StringComparer.Ordinal);
        foreach (var credit in inOrder)
        {
            var left = Fraction.Min(credit.Amount - creditsTaken.GetValueOrDefault(credit.Key), most);
            var parts = new List<(BilledLine Line, Fraction Part)>();
            foreach (var line in lines.Where(l => l.Line.Kind != "credit" && (credit.Charges is null || credit.Charges.Contains(l.Line.Charge)) && (credit.To is null || l.Line.From < credit.To) && (credit.From is null || l.Line.To > credit.From)))
            {
                var part = Fraction.Max(Fraction.Zero, Fraction.Min(line.Line.Amount + (afterTax ? line.TaxOnTop : Fraction.Zero) - line.Paid, left));
                line.Paid += part;
                left -= part;
                parts.Add((line, part));
            }
            var paid = parts.Aggregate(Fraction.Zero, (sum, p) => sum + p.Part);
            if (paid.IsZero) continue;
            most -= paid;
            _credits.Add(new OracleCredit(credit.Key, afterTax, paid));
            foreach (var group in parts.Where(p => !p.Part.IsZero).GroupBy(p => (p.Line.Subscription, p.Line.Line.TaxCode)).ToList())
                add(group.Key.Subscription, new OracleLine("credit", "", credit.Key, default, default, Fraction.One, -group.Aggregate(Fraction.Zero, (sum, p) => sum + p.Part)) { TaxCode = group.Key.TaxCode });
        }
    }
}
