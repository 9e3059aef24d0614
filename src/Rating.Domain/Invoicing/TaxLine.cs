namespace Rating.Domain.Invoicing;

/// <summary>What an invoice says of one tax.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Jurisdiction">Where it is due.</param>
/// <param name="Percent">How many percent, decimal text; empty for a flat amount.</param>
/// <param name="Base">What it is on.</param>
/// <param name="Amount">The tax.</param>
/// <param name="Note">Why it is not due; empty when it is.</param>
public sealed record TaxLine(string Rule, string Name, string Type, string Jurisdiction, string Percent, Money Base, Money Amount, string Note);
