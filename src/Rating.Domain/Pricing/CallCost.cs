namespace Rating.Domain.Pricing;

/// <summary>What one rated call costs the seller, where its charge says how to know that.</summary>
/// <param name="Kind">0: the charge has no cost. 1: known. 2: not known, as when the buy deck has no rate. Numbers are stored.</param>
/// <param name="Scaled">The cost in 10^-21 of the currency's unit.</param>
public readonly record struct CallCost(byte Kind, Int128 Scaled)
{
    /// <summary>A known cost.</summary>
    public static CallCost Of(Money amount) => new(1, amount.Scaled);

    /// <summary>A cost that is not known.</summary>
    public static CallCost Unknown => new(2, 0);
}
