namespace Rating.Domain.Pricing;

/// <summary>All units are priced in the one tier that the whole figure reaches.</summary>
public sealed class Volume : TieredCharge
{
    /// <inheritdoc/>
    public override Money Amount(Quantity figure)
    {
        var tier = Reached(figure);
        return IsFree(figure) ? Money.Zero(tier.Price.Currency) : tier.Price * figure + tier.FlatFee * Quantity.One;
    }

    /// <inheritdoc/>
    public override string Explain(Quantity figure)
    {
        var tier = Reached(figure);
        return IsFree(figure) ? "nothing used" : $"{figure} at {PriceText(tier.Price)}{FeeText(tier)}";
    }
}
