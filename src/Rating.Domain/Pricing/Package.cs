namespace Rating.Domain.Pricing;

/// <summary>A price per started block: 101 units in blocks of 100 are two blocks.</summary>
public sealed class Package : MeteredCharge
{
    /// <summary>How many units one block holds.</summary>
    public required Quantity Size { get; init; }

    /// <summary>The price of one block.</summary>
    public required UnitPrice Price { get; init; }

    /// <inheritdoc/>
    public override Money Amount(Quantity figure) => Price * new Quantity(checked(figure.StartedBlocks(Size) * Quantity.One.Nano));

    /// <inheritdoc/>
    public override string Explain(Quantity figure) => $"{figure.StartedBlocks(Size)} started blocks of {Size} at {Price}";
}
