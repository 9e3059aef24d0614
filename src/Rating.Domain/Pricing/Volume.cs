namespace Rating.Domain.Pricing;

/// <summary>All units are priced in the one tier that the whole figure reaches.</summary>
public sealed class Volume : MeteredCharge
{
    /// <summary>The tiers, lowest first; the last has no end.</summary>
    public required IReadOnlyList<Tier> Tiers { get; init; }

    /// <inheritdoc/>
    public override Money Amount(Quantity figure)
    {
        var tier = Reached(figure);
        return tier.Price * figure + tier.FlatFee * Quantity.One;
    }

    /// <inheritdoc/>
    public override string Explain(Quantity figure)
    {
        var tier = Reached(figure);
        return $"{figure} at {tier.Price}" + (tier.FlatFee.Pico == 0 ? "" : $" and {tier.FlatFee} flat");
    }

    private Tier Reached(Quantity figure)
    {
        foreach (var tier in Tiers)
            if (tier.UpTo is not { } top || figure <= top) return tier;
        throw new InvariantBrokenException($"charge {Key}: the last tier must have no end");
    }
}
