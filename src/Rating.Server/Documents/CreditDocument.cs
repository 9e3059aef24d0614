namespace Rating.Server.Documents;

/// <summary>What an invoice took of a credit.</summary>
/// <param name="Credit">The credit.</param>
/// <param name="Apply">beforeTax: it lowered what is taxed. afterTax: it paid what is due.</param>
/// <param name="Amount">How much, decimal text.</param>
internal sealed record CreditDocument(string Credit, string Apply, string Amount);
