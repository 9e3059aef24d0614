using NodaTime;

namespace Rating.Audit;

/// <summary>An invoice as the oracle makes it.</summary>
public sealed record OracleInvoice
{
    public required LocalDate Date { get; init; }

    /// <summary>The lines of each subscription's snapshot, in the order of the invoice.</summary>
    public required IReadOnlyList<(string Subscription, string Kind, IReadOnlyList<OracleLine> Lines)> Sections { get; init; }

    /// <summary>Lines of the account, each with the subscription that it is for, or the empty text.</summary>
    public required IReadOnlyList<(string Subscription, OracleLine Line)> AccountLines { get; init; }
    public required IReadOnlyList<OracleTax> Taxes { get; init; }
    public required IReadOnlyList<OracleCredit> Credits { get; init; }

    /// <summary>The lines without any tax.</summary>
    public required Fraction Net { get; init; }

    /// <summary>With tax, before credit that pays what is due.</summary>
    public required Fraction Total { get; init; }

    /// <summary>In a quote: what became of each usage, in the order given. What is not rated does not count.</summary>
    public IReadOnlyList<(AuditVerdict Verdict, AuditReason Reason)> Verdicts { get; init; } = [];

    public Fraction Tax => Taxes.Aggregate(Fraction.Zero, (sum, t) => sum + t.Amount);
    public Fraction Due => Credits.Where(c => c.IsAfterTax).Aggregate(Total, (rest, c) => rest - c.Amount);
    public IReadOnlyList<OracleLine> Lines => [.. Sections.SelectMany(s => s.Lines)];
}
