using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>A run of days [From, To) with the same plan revision, quantities and pause. Lines are rounded as the catalog in force on the period's first day says.</summary>
internal sealed record Span(LocalDate From, LocalDate To, Revision Revision, IReadOnlyDictionary<string, Fraction> Quantities, bool Paused, Catalog LineCatalog, Subscription Subscription)
{
    /// <summary>A running charge has only come so far.</summary>
    public bool IsCut { get; init; }

    public int Days => Period.DaysBetween(From, To);

    /// <summary>The quantity of a charge: 1 without a name, 0 for an unknown name.</summary>
    public Fraction Quantity(string? name) => name is null ? Fraction.One : Quantities.TryGetValue(name, out var quantity) ? quantity : Fraction.Zero;

    public bool IsLike(Span other) =>
        Revision.Number == other.Revision.Number && Paused == other.Paused && Quantities.Count == other.Quantities.Count && Quantities.All(q => other.Quantities.TryGetValue(q.Key, out var quantity) && quantity == q.Value);
}
