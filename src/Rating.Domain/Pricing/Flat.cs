namespace Rating.Domain.Pricing;

/// <summary>A price per period, whatever was used: due when something was, or always. <see cref="Price"/> charges it once per period.</summary>
public sealed class Flat : MeteredCharge
{
    /// <summary>The price.</summary>
    public required UnitPrice Price { get; init; }

    /// <summary>Whether it is due without usage, too.</summary>
    public required bool IsAlwaysDue { get; init; }

    /// <inheritdoc/>
    public override Money Amount(Quantity figure) => Price * Quantity.One;

    /// <inheritdoc/>
    public override string Explain(Quantity figure) => IsAlwaysDue ? $"{Price} a period" : $"{Price} a period with usage";
}
