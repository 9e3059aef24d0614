using Rating.Domain.Pricing;

namespace Rating.Domain.Invoicing;

/// <summary>An invoice's lines before taxes: pure, from snapshots and what is agreed with the account. Taxes come from a table or from outside, then <see cref="PaidAfterTax"/> completes it.</summary>
public sealed class InvoiceDraft
{
    private readonly InvoiceRequest _request;
    private readonly Currency _currency;
    private readonly List<AccountLine> _accountLines = [];
    private readonly List<CreditUse> _credits = [];

    private InvoiceDraft(InvoiceRequest request) => (_request, _currency) = (request, request.Snapshots[0].Currency);

    /// <summary>The account's lines, in order.</summary>
    public IReadOnlyList<AccountLine> AccountLines => _accountLines;

    /// <summary>What was taken of credits before tax.</summary>
    public IReadOnlyList<CreditUse> CreditsBeforeTax => _credits;

    /// <summary>What was shared.</summary>
    public IReadOnlyList<PoolUse> Pools { get; private set; } = [];

    /// <summary>All lines in the order of the invoice, each with its subscription; those of snapshots where they were given.</summary>
    public IEnumerable<AccountLine> Lines => _request.Snapshots.SelectMany(snapshot => snapshot.Lines.Select(line => new AccountLine(snapshot.Subscription.Value, line))).Concat(_accountLines);

    /// <summary>All lines as taxes see them.</summary>
    public IReadOnlyList<TaxableLine> TaxableLines => [.. Lines.Select(line => new TaxableLine(line.Line, AddressOf(line.Subscription)))];

    /// <summary>The sum of all lines.</summary>
    public Money Sum => _accountLines.Aggregate(_request.Charges, (sum, line) => sum + line.Line.Amount);

    /// <summary>Makes the account's lines: commitments, discounts, credit before tax.</summary>
    public static InvoiceDraft Of(InvoiceRequest request)
    {
        var draft = new InvoiceDraft(request);
        if (request.IsOfCycle)
        {
            draft.Pool();
            draft.Commit();
            draft.Discount();
        }

        draft.PayBeforeTax();
        return draft;
    }

    /// <summary>What credits pay of the total.</summary>
    /// <param name="taxes">The taxes; null when there are none.</param>
    public IReadOnlyList<CreditUse> PaidAfterTax(TaxOutcome? taxes)
    {
        var lines = Lines.Select((line, i) => (line.Line, Open: taxes is null ? line.Line.Amount : line.Line.Amount + taxes.OfLines[i])).ToList();
        var uses = new List<CreditUse>();
        Pay(isBeforeTax: false, [.. lines.Select(one => one.Line)], [.. lines.Select(one => one.Open)], taxes is null ? Sum : Sum + taxes.OnTop, (grant, parts) => uses.Add(new CreditUse(grant.Key, false, Total(parts))));
        return uses;
    }

    private void Pool()
    {
        var members = _request.Snapshots.Where(snapshot => snapshot.Kind == SnapshotKind.Period).Select(snapshot => (Terms: _request.Terms(snapshot), snapshot.Usage))
            .Where(member => member.Terms.Spans.Any(span => span.Revision.Allowances.Any(allowance => allowance.IsPooled))).ToList();
        if (members.Count == 0) return;
        _accountLines.AddRange(PoolLines.Of(members, out var uses));
        Pools = uses;
    }

    private void Commit()
    {
        var period = _request.Snapshots[0].Period;
        var model = Billing.CommitmentLines.Line("account", "Account", PricedLine.StandardTaxCode, period.Start, period.End, _currency);
        var sum = Sum;
        foreach (var line in Billing.CommitmentLines.Of(_request.Account.Minimum, _request.Account.Maximum, _ => sum, model, new Billing.PeriodShare(1, 1, ""), _request.Rounding)) _accountLines.Add(new AccountLine("", line));
    }

    private void Discount()
    {
        if (_request.Account.Discounts.Count == 0) return;
        var lines = Lines.Select(line => (line.Subscription, line.Line)).ToList();
        var rests = new Billing.DiscountedLines<string>(lines, _currency, _request.Rounding,
            [.. _request.Snapshots.SelectMany(snapshot => Billing.SubscriptionDiscounts.Rests(_request.Subscription(snapshot), snapshot.Lines, _request.Terms(snapshot).LineRounding)), .. _accountLines.Select(line => line.Line.Amount)]);
        var period = _request.Snapshots[0].Period;
        foreach (var discount in _request.Account.Discounts)
            foreach (var (subscription, taxCode, off, why) in rests.Take(discount, line => !(line.From < discount.From) && !(line.From >= discount.To) && (discount.Charge.Length == 0 || string.Equals(discount.Charge, line.Charge, StringComparison.Ordinal)), Money.Zero(_currency)))
                _accountLines.Add(new AccountLine(subscription, new PricedLine
                {
                    Kind = LineKind.Discount, Charge = discount.Charge, Name = discount.Name, Detail = discount.Key, From = period.Start, To = period.End, Quantity = Quantity.One, Unit = "",
                    Amount = Money.Zero(_currency) - off, TaxCode = taxCode, Explanation = why,
                }));
    }

    private void PayBeforeTax()
    {
        var lines = Lines.ToList();
        var period = _request.Snapshots[0].Period;
        Pay(isBeforeTax: true, [.. lines.Select(line => line.Line)], [.. lines.Select(line => line.Line.Amount)], Sum, (grant, parts) =>
        {
            _credits.Add(new CreditUse(grant.Key, true, Total(parts)));
            foreach (var group in lines.Select((line, i) => (line.Subscription, line.Line.TaxCode, Part: parts[i])).Where(one => one.Part.Scaled > 0).GroupBy(one => (one.Subscription, one.TaxCode)))
                _accountLines.Add(new AccountLine(group.Key.Subscription, new PricedLine
                {
                    Kind = LineKind.Credit, Charge = "", Name = grant.Key, Detail = grant.Key, From = period.Start, To = period.End, Quantity = Quantity.One, Unit = "",
                    Amount = Money.Zero(_currency) - Total([.. group.Select(one => one.Part)]), TaxCode = group.Key.TaxCode, Explanation = $"of {grant.Amount.ToText()}, {Left(grant).ToText()} were left",
                }));
        });
    }

    // Grants in their order go through the lines in theirs; together no more than all lines are.
    private void Pay(bool isBeforeTax, PricedLine[] lines, Money[] open, Money openInAll, Action<CreditGrant, Money[]> paid)
    {
        var grants = _request.Account.Credits.Where(grant => grant.IsBeforeTax == isBeforeTax).OrderBy(grant => grant.Priority).ThenBy(grant => grant.To is null).ThenBy(grant => grant.To).ThenBy(grant => grant.From).ThenBy(grant => grant.Key, StringComparer.Ordinal);
        foreach (var grant in grants)
        {
            var left = Left(grant);
            var parts = new Money[lines.Length];
            for (var i = 0; i < lines.Length; i++)
            {
                parts[i] = grant.Pays(lines[i]) ? Least(left, open[i], openInAll) : Money.Zero(_currency);
                left -= parts[i];
                open[i] -= parts[i];
                openInAll -= parts[i];
            }

            if (Total(parts).Scaled > 0) paid(grant, parts);
        }
    }

    private Money Left(CreditGrant grant) => grant.Amount - _request.CreditUsed(grant.Key);

    private Money Least(Money a, Money b, Money c)
    {
        var least = a < b ? a : b;
        if (c < least) least = c;
        return least.Scaled > 0 ? least : Money.Zero(_currency);
    }

    private Money Total(IReadOnlyList<Money> parts) => parts.Aggregate(Money.Zero(_currency), (sum, part) => sum + part);

    private string AddressOf(string subscription)
    {
        var service = subscription.Length == 0 ? "" : _request.ServiceAddress(new SubscriptionId(subscription));
        return service.Length == 0 ? _request.Account.TaxAddress : service;
    }
}
