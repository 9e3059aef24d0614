namespace Rating.Domain.Pricing;

/// <summary>Started blocks, whose size and price depend on the tier: of all tiers that the figure passes through, or of the top one only.</summary>
public sealed class TieredBlocks : MeteredCharge
{
    /// <summary>The tiers, lowest first; the last has no end.</summary>
    public required IReadOnlyList<BlockTier> Tiers { get; init; }

    /// <summary>Whether the whole figure is priced in blocks of the top tier.</summary>
    public required bool IsTopOnly { get; init; }

    /// <inheritdoc/>
    public override Money Amount(Quantity figure)
    {
        var amount = Money.Zero(Tiers[0].Price.Currency);
        foreach (var (tier, blocks) in Billed(figure)) amount += tier.Price * new Quantity(checked(blocks * Quantity.One.Nano));
        return amount;
    }

    /// <inheritdoc/>
    public override string Explain(Quantity figure)
    {
        var billed = Billed(figure);
        return billed.Count == 0 ? "no blocks" : string.Join(" + ", billed.Select(one => $"{one.Blocks} blocks of {one.Tier.Size} at {one.Tier.Price}"));
    }

    private List<(BlockTier Tier, Int128 Blocks)> Billed(Quantity figure)
    {
        var passed = new List<(BlockTier Tier, Int128 Blocks)>();
        var rest = figure;
        foreach (var tier in Tiers)
        {
            if (rest <= Quantity.Zero) break;
            var blocks = rest.StartedBlocks(tier.Size);
            if (tier.Blocks is not { } most || blocks <= most)
            {
                passed.Add((tier, blocks));
                break;
            }

            passed.Add((tier, most));
            rest -= new Quantity(checked(tier.Size.Nano * most));
        }

        return !IsTopOnly || passed.Count == 0 ? passed : [(passed[^1].Tier, figure.StartedBlocks(passed[^1].Tier.Size))];
    }
}
