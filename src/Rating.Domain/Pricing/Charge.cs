namespace Rating.Domain.Pricing;

/// <summary>One thing that a plan charges for. Each model is a class of its own in this folder; a further model is one more file here and one more case in the catalog reader.</summary>
public abstract class Charge
{
    /// <summary>Its name in the plan, unique there.</summary>
    public required string Key { get; init; }

    /// <summary>What one unit of a line's quantity costs the seller; null where that is not said, or known call by call. Set once, by whoever reads the plan.</summary>
    public UnitPrice? CostPrice { get; set; }

    /// <summary>Its name on an invoice.</summary>
    public required string Name { get; init; }

    /// <summary>What taxes know it as. Set once, by whoever reads the plan.</summary>
    public string TaxCode { get; set; } = PricedLine.StandardTaxCode;
}
