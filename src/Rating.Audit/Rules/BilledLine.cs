namespace Rating.Audit.Rules;

/// <summary>A line on an invoice with what discounts have left of it.</summary>
internal sealed class BilledLine(string subscription, string address, OracleLine line, Fraction rest)
{
    public string Subscription { get; } = subscription;
    public string Address { get; } = address;
    public OracleLine Line { get; } = line;

    /// <summary>The amount less the discounts on it; a discount's own line has none.</summary>
    public Fraction Rest { get; set; } = rest;

    /// <summary>What credits of one kind have paid of it.</summary>
    public Fraction Paid { get; set; }

    /// <summary>The line's own taxes that come on top.</summary>
    public Fraction TaxOnTop { get; set; }
}
