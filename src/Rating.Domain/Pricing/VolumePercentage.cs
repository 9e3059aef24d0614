namespace Rating.Domain.Pricing;

/// <summary>A percentage of all of the amount, by the one tier that it reaches as a whole; events may each have a least and a most.</summary>
public sealed class VolumePercentage : TieredCharge
{
    /// <inheritdoc/>
    public override bool NeedsEvents => Tiers.Any(tier => tier.Minimum is not null || tier.Maximum is not null);

    /// <inheritdoc/>
    public override Money Amount(Quantity figure)
    {
        var tier = Reached(figure);
        return IsFree(figure) ? Money.Zero(tier.Price.Currency) : tier.Price * figure + tier.FlatFee * Quantity.One;
    }

    /// <inheritdoc/>
    public override string Explain(Quantity figure) => IsFree(figure) ? "nothing used" : $"{Reached(figure).Price.ToPercentText()} of {figure}{FeeText(Reached(figure))}";

    /// <inheritdoc/>
    public override Money Amount(ChargeUsage usage)
    {
        var tier = Reached(usage.Figure);
        if (IsFree(usage.Figure) || (tier.Minimum is null && tier.Maximum is null)) return Amount(usage.Figure);
        var amount = tier.FlatFee * Quantity.One;
        foreach (var entry in usage.Events.Entries)
        {
            var price = tier.Price * new Quantity(entry.Nano);
            if (entry.Nano >= 0 && tier.Minimum is { } least && price < least * Quantity.One) price = least * Quantity.One;
            if (entry.Nano >= 0 && tier.Maximum is { } most && price > most * Quantity.One) price = most * Quantity.One;
            amount += price;
        }

        return amount;
    }

    /// <inheritdoc/>
    public override string Explain(ChargeUsage usage)
    {
        var tier = Reached(usage.Figure);
        var text = Explain(usage.Figure);
        if (tier.Minimum is { } least) text += $", each of {usage.Count} at least {least}";
        return tier.Maximum is { } most ? $"{text}, each of {usage.Count} at most {most}" : text;
    }
}
