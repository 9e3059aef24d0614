namespace Rating.Domain.Pricing;

/// <summary>One tier of blocks.</summary>
/// <param name="Size">How many units one block holds.</param>
/// <param name="Price">The price of one block.</param>
/// <param name="Blocks">How many blocks the tier has; null for the last, which has no end.</param>
public sealed record BlockTier(Quantity Size, UnitPrice Price, long? Blocks);
