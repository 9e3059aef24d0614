namespace Rating.Domain.Pricing;

/// <summary>Calls, each priced by itself from a rate deck when it is rated; the line is the plain sum of its calls.</summary>
public sealed class RateDeckCharge : UsageCharge
{
    /// <summary>The deck.</summary>
    public required RateDeck Deck { get; init; }
}
