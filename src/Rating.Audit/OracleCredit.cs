namespace Rating.Audit;

/// <summary>What one prepaid credit paid on an invoice.</summary>
public sealed record OracleCredit(string Credit, bool IsAfterTax, Fraction Amount);
