namespace Rating.Domain.Pricing;

/// <summary>One price for the whole figure, by the step that it reaches: up to 10 seats for 50, up to 25 for 100.</summary>
public sealed class Stairstep : TieredCharge
{
    /// <inheritdoc/>
    public override Money Amount(Quantity figure)
    {
        var step = Reached(figure);
        return IsFree(figure) ? Money.Zero(step.Price.Currency) : step.Price * Quantity.One;
    }

    /// <inheritdoc/>
    public override string Explain(Quantity figure) => IsFree(figure) ? "nothing used"
        : Reached(figure) is { UpTo: { } top } step ? $"{figure}, up to {top} for {step.Price}" : $"{figure} for {Reached(figure).Price}";
}
