namespace Rating.Domain.Pricing;

/// <summary>A charge on the period's whole figure: how it was split over events never matters.</summary>
public abstract class MeteredCharge : UsageCharge
{
    /// <summary>The exact price of a period's figure.</summary>
    public abstract Money Amount(Quantity figure);

    /// <summary>How the amount came about, for the invoice line: <c>100 at 0.12 + 212 at 0.09</c>.</summary>
    public abstract string Explain(Quantity figure);
}
