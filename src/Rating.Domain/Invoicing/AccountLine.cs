using Rating.Domain.Pricing;

namespace Rating.Domain.Invoicing;

/// <summary>A line that an invoice has of the account, not of a snapshot.</summary>
/// <param name="Subscription">Whose usage or charges it concerns; empty for the account's.</param>
/// <param name="Line">The line.</param>
public sealed record AccountLine(string Subscription, PricedLine Line);
