namespace Rating.Domain.Pricing;

/// <summary>One price for every unit.</summary>
public sealed class PerUnit : MeteredCharge
{
    /// <summary>The price of one unit.</summary>
    public required UnitPrice Price { get; init; }

    /// <summary>The units that cost nothing.</summary>
    public Quantity FreeUnits { get; init; }

    /// <inheritdoc/>
    public override Money Amount(Quantity figure) => Price * figure.Beyond(FreeUnits);

    /// <inheritdoc/>
    public override string Explain(Quantity figure) => FreeUnits == Quantity.Zero ? $"{figure} at {Price}" : $"{figure.Beyond(FreeUnits)} at {Price}, {FreeUnits} free";
}
