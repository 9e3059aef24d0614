namespace Rating.Domain.Pricing;

/// <summary>One step of a tiered price.</summary>
/// <param name="UpTo">The highest quantity that belongs to it, inclusive unless the charge says otherwise; null for the last, which has no end.</param>
/// <param name="Price">The price of one unit in it.</param>
/// <param name="FlatFee">Due once when the tier is reached; that of the first tier is due at zero usage.</param>
/// <param name="Minimum">The least that one event in it costs; null for none.</param>
/// <param name="Maximum">The most that one event in it costs; null for none.</param>
public sealed record Tier(Quantity? UpTo, UnitPrice Price, UnitPrice FlatFee, UnitPrice? Minimum = null, UnitPrice? Maximum = null);
