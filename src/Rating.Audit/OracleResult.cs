namespace Rating.Audit;

/// <summary>A period as the oracle prices it.</summary>
/// <param name="Currency">ISO 4217 code of the amounts.</param>
/// <param name="Lines">Usage, calls, arrears, one-offs of a first period, and the advance charges of the period itself.</param>
/// <param name="Verdicts">Per event, in the order given.</param>
public sealed record OracleResult(string Currency, IReadOnlyList<OracleLine> Lines, IReadOnlyList<(AuditVerdict Verdict, AuditReason Reason)> Verdicts)
{
    /// <summary>The sum of the lines.</summary>
    public Fraction Total => Lines.Aggregate(Fraction.Zero, (sum, line) => sum + line.Amount);
}
