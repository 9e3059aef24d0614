namespace Rating.Domain.Invoicing;

/// <summary>What an invoice took of a credit.</summary>
public sealed record CreditUse(string Credit, bool IsBeforeTax, Money Amount);
