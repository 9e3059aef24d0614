namespace Rating.Domain.Pricing;

/// <summary>Each unit is priced in the tier that it falls in: the first 100 at one price, the next at another.</summary>
public sealed class Graduated : MeteredCharge
{
    /// <summary>The tiers, lowest first; the last has no end.</summary>
    public required IReadOnlyList<Tier> Tiers { get; init; }

    /// <inheritdoc/>
    public override Money Amount(Quantity figure)
    {
        var amount = Tiers[0].FlatFee * Quantity.One;
        var from = Quantity.Zero;
        foreach (var tier in Tiers)
        {
            if (tier != Tiers[0])
            {
                if (figure <= from) break;
                amount += tier.FlatFee * Quantity.One;
            }

            amount += tier.Price * (Within(tier, figure) - from);
            if (tier.UpTo is null) break;
            from = tier.UpTo.Value;
        }

        return amount;
    }

    /// <inheritdoc/>
    public override string Explain(Quantity figure)
    {
        var parts = new List<string>();
        var from = Quantity.Zero;
        foreach (var tier in Tiers)
        {
            if (tier != Tiers[0] && figure <= from) break;
            var fee = tier.FlatFee.Pico == 0 ? "" : $" and {tier.FlatFee} flat";
            parts.Add($"{Within(tier, figure) - from} at {tier.Price}{fee}");
            if (tier.UpTo is null) break;
            from = tier.UpTo.Value;
        }

        return string.Join(" + ", parts);
    }

    private static Quantity Within(Tier tier, Quantity figure) => tier.UpTo is { } top && figure > top ? top : figure;
}
