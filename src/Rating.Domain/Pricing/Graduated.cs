namespace Rating.Domain.Pricing;

/// <summary>Each unit is priced in the tier that it falls in: the first 100 at one price, the next at another.</summary>
public sealed class Graduated : TieredCharge
{
    /// <inheritdoc/>
    public override Money Amount(Quantity figure)
    {
        var amount = Money.Zero(Tiers[0].Price.Currency);
        if (IsFree(figure)) return amount;
        foreach (var (tier, units) in Parts(figure)) amount += tier.Price * units + tier.FlatFee * Quantity.One;
        return amount;
    }

    /// <inheritdoc/>
    public override string Explain(Quantity figure)
    {
        if (IsFree(figure)) return "nothing used";
        var parts = Parts(figure).ToList();
        var text = string.Join(" + ", parts.Select(part => $"{part.Units} at {PriceText(part.Tier.Price)}{FeeText(part.Tier)}"));
        return parts.Count == 1 ? text : $"{figure} in {parts.Count} tiers: {text}";
    }

    // The tiers that a figure reaches, with the units of it that lie in each.
    private IEnumerable<(Tier Tier, Quantity Units)> Parts(Quantity figure)
    {
        Quantity? from = null;
        foreach (var tier in Tiers)
        {
            if (from is { } bound && !IsBeyond(figure, bound)) yield break;
            yield return (tier, (tier.UpTo is { } top && figure > top ? top : figure) - (from ?? Quantity.Zero));
            from = tier.UpTo;
        }
    }
}
