namespace Rating.Domain.Pricing;

/// <summary>A price per period, times a quantity: a seat, a channel, a number.</summary>
public sealed class RecurringCharge : Charge
{
    /// <summary>The price of one for a whole period.</summary>
    public required UnitPrice Price { get; init; }

    /// <summary>Whether a period is charged before it begins (true) or after it has ended.</summary>
    public required bool InAdvance { get; init; }

    /// <summary>Which quantity of the subscription multiplies the price; empty for one.</summary>
    public required string QuantityName { get; init; }

    /// <summary>How a part of a period is charged.</summary>
    public required Proration Proration { get; init; }

    /// <summary>To how many decimals the part of the period is rounded before it is multiplied; null: it is not.</summary>
    public int? RatioDecimals { get; init; }

    /// <summary>Its own periods; null for those of its plan.</summary>
    public ChargeInterval? Interval { get; init; }

    /// <summary>Whether a part of an advance that turns out not to be due is given back.</summary>
    public bool IsCredited { get; init; } = true;

    /// <summary>What its one price is shown as; empty for one line.</summary>
    public IReadOnlyList<BundlePart> Parts { get; init; } = [];
}
