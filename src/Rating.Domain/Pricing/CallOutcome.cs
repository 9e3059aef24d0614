namespace Rating.Domain.Pricing;

/// <summary>What a deck says to a call.</summary>
public enum CallOutcome
{
    /// <summary>It has a price.</summary>
    Rated,

    /// <summary>The deck has no rate for it.</summary>
    NoRate,

    /// <summary>It is inside the customer's own system, and the deck has no rate for that number.</summary>
    Internal,

    /// <summary>It is an emergency call, and the deck has no rate for that number.</summary>
    Emergency,
}
