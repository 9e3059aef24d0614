using Rating.Domain.Pricing;

namespace Rating.Domain.Invoicing;

/// <summary>A line as taxes see it.</summary>
/// <param name="Line">The line.</param>
/// <param name="Address">Where the service is: a place such as <c>US/CA/Los Angeles</c>.</param>
public sealed record TaxableLine(PricedLine Line, string Address);
