using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>Something off: a percentage, an amount or a number of units, of one charge or of everything, for a while.</summary>
public sealed record Discount
{
    /// <summary>Its name among its owner's.</summary>
    public required string Key { get; init; }

    /// <summary>Its name on an invoice.</summary>
    public required string Name { get; init; }

    /// <summary>How many percent off; null when it is another kind.</summary>
    public Quantity? Percent { get; init; }

    /// <summary>How much off per period; null when it is another kind.</summary>
    public Money? Amount { get; init; }

    /// <summary>How many units of a period are free; null when it is another kind.</summary>
    public Quantity? Units { get; init; }

    /// <summary>The charge that it is on; empty for all.</summary>
    public required string Charge { get; init; }

    /// <summary>The first day of lines that it is on; null for always.</summary>
    public LocalDate? From { get; init; }

    /// <summary>The day after the last; null for no end.</summary>
    public LocalDate? To { get; init; }

    /// <summary>For how many billing periods from the one of <see cref="From"/> on; null when <see cref="To"/> says it.</summary>
    public int? Periods { get; init; }
}
