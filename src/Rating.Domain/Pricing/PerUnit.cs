namespace Rating.Domain.Pricing;

/// <summary>One price for every unit.</summary>
public sealed class PerUnit : MeteredCharge
{
    /// <summary>The price of one unit.</summary>
    public required UnitPrice Price { get; init; }

    /// <inheritdoc/>
    public override Money Amount(Quantity figure) => Price * figure;

    /// <inheritdoc/>
    public override string Explain(Quantity figure) => $"{figure} at {Price}";
}
