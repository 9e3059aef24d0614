namespace Rating.Domain.Pricing;

/// <summary>A price charged once, when the subscription begins: an installation.</summary>
public sealed class OneOffCharge : Charge
{
    /// <summary>The price of one.</summary>
    public required UnitPrice Price { get; init; }

    /// <summary>Which quantity of the subscription multiplies the price; empty for one.</summary>
    public required string QuantityName { get; init; }

    /// <summary>What its one price is shown as; empty for one line.</summary>
    public IReadOnlyList<BundlePart> Parts { get; init; } = [];
}
