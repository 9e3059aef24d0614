namespace Rating.Domain.Pricing;

/// <summary>A stretch of a call with a price and increments of its own: the first minute as a whole, then by the second.</summary>
/// <param name="After">The second of the call with which it begins, 0 for the first.</param>
/// <param name="PerMinute">The price of a minute.</param>
/// <param name="IncrementSeconds">The steps in which its seconds are billed.</param>
public sealed record RateSlot(int After, UnitPrice PerMinute, int IncrementSeconds);
