using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>What an account's terms make of its subscriptions' lines: minimum and maximum, discounts, credit, taxes.</summary>
internal sealed class AccountRules(Account? account, Catalog table, IReadOnlyDictionary<string, Fraction> creditsTaken)
{
    private readonly List<OracleCredit> _credits = [];

    /// <summary>An invoice of sections, each with its lines and what subscription discounts left of them.</summary>
    /// <param name="sections">Per snapshot: subscription, kind, all lines, and the taxable ones.</param>
    /// <param name="date">The invoice's date.</param>
    /// <param name="isCycleByDate">Whether this is the ordinary invoice of a cycle.</param>
    /// <param name="days">Days of the first snapshot's period.</param>
    public OracleInvoice Make(IReadOnlyList<(string Subscription, string Kind, IReadOnlyList<OracleLine> Lines, IReadOnlyList<BilledLine> Billed)> sections, LocalDate date, bool isCycleByDate, (LocalDate From, LocalDate To) days)
    {
        var lines = sections.SelectMany(s => s.Billed).ToList();
        var own = new List<(string, OracleLine)>();
        void Add(OracleLine line, Fraction rest)
        {
            own.Add(("", line));
            lines.Add(new BilledLine("", account!.TaxAddress, line, rest));
        }

        if (isCycleByDate && account is not null)
        {
            foreach (var kind in new[] { "minimum", "maximum" })
            {
                if ((kind == "minimum" ? account.Minimum : account.Maximum) is not { } commitment) continue;
                var sum = lines.Where(l => commitment.Charges is null || commitment.Charges.Contains(l.Line.Charge)).Aggregate(Fraction.Zero, (total, l) => total + l.Rest);
                var difference = table.Line(commitment.Amount) - sum;
                if (kind == "minimum" ? difference.Sign > 0 : difference.Sign < 0) Add(new OracleLine(kind, "account", kind, days.From, days.To, Fraction.One, difference), difference);
            }
        }
        foreach (var discount in account?.Discounts ?? [])
        {
            var of = lines.FindAll(l => (discount.From is null || l.Line.From >= discount.From) && (discount.To is null || l.Line.From < discount.To) && (discount.Charge is null || l.Line.Charge == discount.Charge));
            var sum = of.Aggregate(Fraction.Zero, (total, l) => total + l.Rest);
            var amount = discount.Percent is { } percent ? table.Line(sum * percent / 100) : Fraction.Max(Fraction.Zero, Fraction.Min(discount.Amount!.Value, sum));
            if (amount.IsZero) continue;
            foreach (var (line, part) in of.Zip(Split.Of(amount, of.ConvertAll(l => l.Rest), table.Decimals))) line.Rest -= part;
            Add(new OracleLine("discount", discount.Charge ?? "", discount.Key, days.From, days.To, Fraction.One, -amount), Fraction.Zero);
        }

        Pay(lines, afterTax: false);
        var gross = lines.Aggregate(Fraction.Zero, (total, l) => total + l.Rest);
        var taxes = table.Taxes is { } taxTable ? new Taxation(taxTable, account, table).Of(lines) : null;
        Pay(lines, afterTax: true);
        var total = gross + (taxes?.OnTop ?? Fraction.Zero);
        return new OracleInvoice
        {
            Date = date,
            Sections = [.. sections.Select(s => (s.Subscription, s.Kind, s.Lines))],
            AccountLines = own,
            Taxes = taxes?.Lines ?? [],
            Credits = _credits,
            Net = taxes is null ? gross : total - taxes.Lines.Aggregate(Fraction.Zero, (sum, t) => sum + t.Amount),
            Total = total,
        };
    }

    private void Pay(List<BilledLine> lines, bool afterTax)
    {
        var inOrder = (account?.Credits ?? []).Where(c => c.IsAfterTax == afterTax)
            .OrderBy(c => c.Priority).ThenBy(c => c.To ?? LocalDate.MaxIsoValue).ThenBy(c => c.From ?? LocalDate.MinIsoValue).ThenBy(c => c.Key, StringComparer.Ordinal);
        foreach (var credit in inOrder)
        {
            var left = credit.Amount - creditsTaken.GetValueOrDefault(credit.Key);
            var paid = Fraction.Zero;
            foreach (var line in lines.Where(l => (credit.Charges is null || credit.Charges.Contains(l.Line.Charge)) && (credit.To is null || l.Line.From < credit.To) && (credit.From is null || l.Line.To > credit.From)))
            {
                var open = afterTax ? line.Rest + line.TaxOnTop : line.Rest;
                var part = Fraction.Max(Fraction.Zero, Fraction.Min(open, left - paid));
                paid += part;
                line.Rest -= part;
            }
            if (!paid.IsZero) _credits.Add(new OracleCredit(credit.Key, afterTax, paid));
        }
    }
}
