using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>A period as it must be billed: its lines before discounts, its usage as it was priced, and what went before.</summary>
internal sealed record ClosedPeriod(PeriodView View, List<OracleLine> Lines, UsagePricing? Priced, IReadOnlyList<BilledBefore> Before)
{
    /// <summary>The lines with the discounts at their end; <paramref name="stored"/> is the order in which a document has them, where they are the same.</summary>
    public List<OracleLine> WithDiscounts(IReadOnlyList<OracleLine>? stored = null)
    {
        if (View.Subscription.Discounts.Count == 0) return Lines;
        return [.. Lines, .. Discounts.Of(View, InOrderOf(stored), EarlierDiscounts).Lines];
    }

    /// <summary>The lines as an invoice of the account taxes them: with what discounts have left of each.</summary>
    public List<BilledLine> Billed(Account? account, IReadOnlyList<OracleLine>? stored)
    {
        var lines = InOrderOf(stored);
        var (discounts, rests) = Discounts.Of(View, lines, EarlierDiscounts);
        var address = View.Subscription.ServiceAddress ?? account?.TaxAddress ?? "";
        return [.. lines.Select((line, i) => new BilledLine(View.Subscription.Id, address, line, rests[i])), .. discounts.Select(line => new BilledLine(View.Subscription.Id, address, line, Fraction.Zero))];
    }

    private List<OracleLine> EarlierDiscounts => [.. Before.SelectMany(b => b.Lines).Where(l => l.Kind == "discount")];

    private List<OracleLine> InOrderOf(IReadOnlyList<OracleLine>? stored)
    {
        if (stored is null) return Lines;
        var rest = Lines.ToList();
        var ordered = stored.Where(rest.Remove).ToList();
        return [.. ordered, .. rest];
    }
}
