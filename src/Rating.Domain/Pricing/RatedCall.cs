namespace Rating.Domain.Pricing;

/// <summary>What one call costs: rounded as its deck says, so that calls add up to their line.</summary>
/// <param name="Destination">The destination's name in the deck.</param>
/// <param name="BilledSeconds">Its seconds after increments.</param>
/// <param name="Amount">Its price.</param>
public readonly record struct RatedCall(string Destination, long BilledSeconds, Money Amount);
