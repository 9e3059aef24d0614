using NodaTime;

namespace Rating.Domain.Invoicing;

/// <summary>One tax or fee: where it is due, on what, how much, and from when.</summary>
public sealed record TaxRule
{
    /// <summary>Its name in the table.</summary>
    public required string Key { get; init; }

    /// <summary>Its name on an invoice.</summary>
    public required string Name { get; init; }

    /// <summary>What exemptions and reverse charge know it as, such as <c>vat</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Where: a place such as <c>US/CA</c>, with everything in it.</summary>
    public required string Jurisdiction { get; init; }

    /// <summary>The tax codes that it is on; empty for all.</summary>
    public required IReadOnlyList<string> Codes { get; init; }

    /// <summary>How many percent; null for a flat amount.</summary>
    public Quantity? Percent { get; init; }

    /// <summary>The flat amount; null for a percentage.</summary>
    public UnitPrice? Amount { get; init; }

    /// <summary>Whether the flat amount is per unit of a line's quantity instead of per line.</summary>
    public bool IsPerQuantity { get; init; }

    /// <summary>Which part of a line it is on.</summary>
    public TaxTraffic Traffic { get; init; }

    /// <summary>Other taxes of the table that it is also on.</summary>
    public required IReadOnlyList<string> AlsoOn { get; init; }

    /// <summary>The first day; null for always.</summary>
    public LocalDate? From { get; init; }

    /// <summary>The day after the last; null for no end.</summary>
    public LocalDate? To { get; init; }

    /// <summary>Whether a place lies in a jurisdiction.</summary>
    public static bool IsIn(string place, string jurisdiction) =>
        place.StartsWith(jurisdiction, StringComparison.Ordinal) && (place.Length == jurisdiction.Length || place[jurisdiction.Length] == '/');

    /// <summary>Whether it is on a line.</summary>
    public bool IsOn(TaxableLine taxed) => (Codes.Count == 0 || Codes.Contains(taxed.Line.TaxCode, StringComparer.Ordinal)) && IsIn(taxed.Address, Jurisdiction)
        && !(taxed.Line.From < From) && !(taxed.Line.From >= To);
}
