namespace Rating.Domain.Invoicing;

/// <summary>The built-in taxes: rules by jurisdiction, tax code and day, worked out on rounded lines. The rules are in docs/formats.md, "Taxes".</summary>
/// <param name="PricesInclude">Whether prices hold percent taxes already.</param>
/// <param name="RoundsEachLine">Whether each line's tax is rounded, instead of the invoice's.</param>
/// <param name="Interstate">Tax codes with the percentage of them that is between states.</param>
/// <param name="Rules">The rules, in the order in which they are worked out.</param>
public sealed record TaxTable(bool PricesInclude, bool RoundsEachLine, IReadOnlyDictionary<string, Quantity> Interstate, IReadOnlyList<TaxRule> Rules)
{
    /// <summary>The taxes of an account on some lines.</summary>
    public TaxOutcome Of(IReadOnlyList<TaxableLine> lines, AccountTerms account, Currency currency)
    {
        var sums = new Dictionary<(int Rule, string Note), (ExactAmount Base, ExactAmount Tax)>();
        var ofLines = new List<Money>();
        foreach (var line in lines)
        {
            var total = ExactAmount.Zero;
            foreach (var (rule, note, taxBase, tax) in Taxes(line, account, currency))
            {
                var (sumBase, sum) = sums.GetValueOrDefault((rule, note), (ExactAmount.Zero, ExactAmount.Zero));
                sums[(rule, note)] = (sumBase + taxBase, sum + tax);
                if (!PricesInclude || Rules[rule].Percent is null) total += tax;
            }

            ofLines.Add(total.Rounded(currency));
        }

        var made = sums.OrderBy(sum => sum.Key.Rule).Select(sum => (Rule: Rules[sum.Key.Rule], Line: Line(Rules[sum.Key.Rule], sum.Key.Note, sum.Value.Base.Rounded(currency), sum.Value.Tax.Rounded(currency)))).ToList();
        var onTop = made.Where(one => !PricesInclude || one.Rule.Percent is null).Aggregate(Money.Zero(currency), (sum, one) => sum + one.Line.Amount);
        return new TaxOutcome([.. made.Select(one => one.Line)], ofLines, PricesInclude, onTop);
    }

    private static TaxLine Line(TaxRule rule, string note, Money taxBase, Money tax) => new(rule.Key, rule.Name, rule.Type, rule.Jurisdiction, rule.Percent?.ToString() ?? "", taxBase, tax, note);

    private List<(int Rule, string Note, ExactAmount Base, ExactAmount Tax)> Taxes(TaxableLine taxed, AccountTerms account, Currency currency)
    {
        var due = new List<(int Rule, string Note)>();
        for (var i = 0; i < Rules.Count; i++)
            if (Rules[i].IsOn(taxed) && !(Rules[i].Amount is not null && Count(Rules[i], taxed) == Quantity.Zero)) due.Add((i, Note(Rules[i], taxed, account)));
        var net = PricesInclude ? ExactAmount.Of(taxed.Line.Amount) / (ExactAmount.One + EffectiveRates(due, taxed, currency)) : ExactAmount.Of(taxed.Line.Amount);
        var known = new Dictionary<string, ExactAmount>(StringComparer.Ordinal);
        var taxes = new List<(int, string, ExactAmount, ExactAmount)>();
        foreach (var (place, note) in due)
        {
            var rule = Rules[place];
            var taxBase = rule.Percent is null ? ExactAmount.Of(taxed.Line.Amount) : net * Part(rule, taxed, currency);
            foreach (var other in rule.AlsoOn) taxBase += known.GetValueOrDefault(other, ExactAmount.Zero);
            var tax = note.Length > 0 ? ExactAmount.Zero : rule.Percent is { } percent ? taxBase * ExactAmount.OfPercent(percent) : ExactAmount.Of(rule.Amount!.Value * Count(rule, taxed));
            if (RoundsEachLine) tax = ExactAmount.Of(tax.Rounded(currency));
            known[rule.Key] = tax;
            taxes.Add((place, note, taxBase, tax));
        }

        return taxes;
    }

    // What all percent taxes together are of a price without tax, tax on tax with it.
    private ExactAmount EffectiveRates(List<(int Rule, string Note)> due, TaxableLine taxed, Currency currency)
    {
        var rates = new Dictionary<string, ExactAmount>(StringComparer.Ordinal);
        var sum = ExactAmount.Zero;
        foreach (var (place, note) in due)
        {
            if (note.Length > 0 || Rules[place].Percent is not { } percent) continue;
            var rate = Part(Rules[place], taxed, currency);
            foreach (var other in Rules[place].AlsoOn) rate += rates.GetValueOrDefault(other, ExactAmount.Zero);
            rates[Rules[place].Key] = rate *= ExactAmount.OfPercent(percent);
            sum += rate;
        }

        return sum;
    }

    // Interstate is rounded on the line, intrastate is the rest of it: together they are the line.
    private ExactAmount Part(TaxRule rule, TaxableLine taxed, Currency currency)
    {
        if (rule.Traffic == TaxTraffic.All || taxed.Line.Amount.Scaled == 0) return ExactAmount.One;
        var share = ExactAmount.OfPercent(Interstate.GetValueOrDefault(taxed.Line.TaxCode, Quantity.Zero));
        var interstate = (ExactAmount.Of(taxed.Line.Amount) * share).Rounded(currency);
        return ExactAmount.Of(rule.Traffic == TaxTraffic.Interstate ? interstate : taxed.Line.Amount - interstate) / ExactAmount.Of(taxed.Line.Amount);
    }

    private static Quantity Count(TaxRule rule, TaxableLine taxed)
    {
        if (taxed.Line.Amount.Scaled <= 0 || taxed.Line.Kind is not (Pricing.LineKind.Advance or Pricing.LineKind.Arrears or Pricing.LineKind.OneOff or Pricing.LineKind.Usage or Pricing.LineKind.Calls)) return Quantity.Zero;
        return rule.IsPerQuantity ? taxed.Line.Quantity : Quantity.One;
    }

    private static string Note(TaxRule rule, TaxableLine taxed, AccountTerms account)
    {
        if (account.ReverseCharge.Contains(rule.Type, StringComparer.Ordinal)) return "reverse charge";
        var exemption = account.Exemptions.FirstOrDefault(one => one.Frees(rule, taxed.Line.From));
        return exemption is null ? "" : exemption.Certificate.Length == 0 ? "exempt" : $"exempt {exemption.Certificate}";
    }
}
