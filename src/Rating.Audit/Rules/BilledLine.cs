namespace Rating.Audit.Rules;

/// <summary>A line on an invoice with what discounts and credits have left of it.</summary>
internal sealed class BilledLine(string subscription, string address, OracleLine line, Fraction rest)
{
    public string Subscription { get; } = subscription;
    public string Address { get; } = address;
    public OracleLine Line { get; } = line;
    public Fraction Rest { get; set; } = rest;

    /// <summary>The line's share of the invoice's taxes that come on top.</summary>
    public Fraction TaxOnTop { get; set; }
}
