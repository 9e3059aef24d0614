using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>Usage whose price the event brings along: what a carrier or a cloud charged, passed on with a markup.</summary>
public sealed class Dynamic : UsageCharge
{
    /// <summary>What works out the event's amount.</summary>
    public required Expression Brought { get; init; }

    /// <summary>What works out the event's cost; null where it has none.</summary>
    public Expression? Cost { get; init; }

    /// <summary>The markup, as the price of one unit of money.</summary>
    public required UnitPrice Markup { get; init; }

    /// <summary>The exact price of what events brought in all: amount times (100 + markup) / 100.</summary>
    public Money Amount(Money brought) => brought.TimesPlusOne(Markup);
}
