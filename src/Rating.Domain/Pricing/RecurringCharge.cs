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
}
