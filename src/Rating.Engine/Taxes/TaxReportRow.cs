namespace Rating.Engine.Taxes;

/// <summary>One tax over some days of invoices.</summary>
/// <param name="Jurisdiction">Where it is due.</param>
/// <param name="Type">Its type.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Percent">How many percent; empty for a flat amount.</param>
/// <param name="Note">Why it is not due; empty when it is.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Base">What it is on, decimal text.</param>
/// <param name="Amount">The tax, decimal text.</param>
/// <param name="Invoices">On how many invoices it stands.</param>
public sealed record TaxReportRow(string Jurisdiction, string Type, string Rule, string Percent, string Note, string Currency, string Base, string Amount, long Invoices);
