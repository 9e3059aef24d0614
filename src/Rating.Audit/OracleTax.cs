namespace Rating.Audit;

/// <summary>One tax line of an invoice: a rule, what it was taken of, and why it is nothing where it is.</summary>
public sealed record OracleTax(string Rule, Fraction Base, Fraction Amount, string Note);
