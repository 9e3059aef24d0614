using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>One line of a snapshot and of an invoice: an amount, rounded once to the minor unit, and how it came about.</summary>
public sealed record PricedLine
{
    /// <summary>The tax code of what says no other.</summary>
    public const string StandardTaxCode = "standard";

    /// <summary>What it is for.</summary>
    public required LineKind Kind { get; init; }

    /// <summary>The charge's key in its plan.</summary>
    public required string Charge { get; init; }

    /// <summary>The charge's name.</summary>
    public required string Name { get; init; }

    /// <summary>What sets it apart from other lines of its charge: a destination; else empty.</summary>
    public required string Detail { get; init; }

    /// <summary>The first day that it is for.</summary>
    public required LocalDate From { get; init; }

    /// <summary>The day after the last that it is for.</summary>
    public required LocalDate To { get; init; }

    /// <summary>How much.</summary>
    public required Quantity Quantity { get; init; }

    /// <summary>The unit of the quantity; empty when it has none.</summary>
    public required string Unit { get; init; }

    /// <summary>The amount, rounded to the minor unit.</summary>
    public required Money Amount { get; init; }

    /// <summary>What taxes know it as.</summary>
    public string TaxCode { get; init; } = StandardTaxCode;

    /// <summary>What it costs the seller, rounded to the minor unit; null where its charge does not say.</summary>
    public Money? Cost { get; init; }

    /// <summary>How many of its calls have a cost that is not known.</summary>
    public long Uncosted { get; init; }

    /// <summary>How the amount came about.</summary>
    public required string Explanation { get; init; }
}
