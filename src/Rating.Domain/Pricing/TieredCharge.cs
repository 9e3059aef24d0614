namespace Rating.Domain.Pricing;

/// <summary>A charge in tiers, with the two conventions on which providers differ: to which tier a bound belongs, and what no usage costs.</summary>
public abstract class TieredCharge : MeteredCharge
{
    /// <summary>The tiers, lowest first; the last has no end.</summary>
    public required IReadOnlyList<Tier> Tiers { get; init; }

    /// <summary>Whether a figure that equals a bound is in the tier above it.</summary>
    public bool IsBoundExclusive { get; init; }

    /// <summary>Whether figure 0 costs nothing, not even the first tier's flat fee.</summary>
    public bool IsFreeAtZero { get; init; }

    /// <summary>Whether the prices are percentages of an amount.</summary>
    public bool IsPercentage { get; init; }

    /// <summary>Whether a figure goes beyond a bound.</summary>
    protected bool IsBeyond(Quantity figure, Quantity bound) => IsBoundExclusive ? figure >= bound : figure > bound;

    /// <summary>Whether a figure costs nothing because it is zero.</summary>
    protected bool IsFree(Quantity figure) => IsFreeAtZero && figure == Quantity.Zero;

    /// <summary>The one tier in which a figure lies.</summary>
    protected Tier Reached(Quantity figure)
    {
        foreach (var tier in Tiers)
            if (tier.UpTo is not { } top || !IsBeyond(figure, top)) return tier;
        throw new InvariantBrokenException($"charge {Key}: the last tier must have no end");
    }

    /// <summary>A tier's price in words.</summary>
    protected string PriceText(UnitPrice price) => IsPercentage ? price.ToPercentText() : price.ToString();

    /// <summary>A tier's flat fee in words; empty when there is none.</summary>
    protected static string FeeText(Tier tier) => tier.FlatFee.Pico == 0 ? "" : $" and {tier.FlatFee} flat";
}
