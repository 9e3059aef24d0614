using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Plan and quantities of a subscription from a day on.</summary>
internal sealed record Terms(LocalDate From, string Plan, IReadOnlyDictionary<string, Fraction> Quantities)
{
    public bool HasSameQuantities(Terms other) =>
        Quantities.Count == other.Quantities.Count && Quantities.All(q => other.Quantities.TryGetValue(q.Key, out var quantity) && quantity == q.Value);

    /// <summary>The quantity of a charge: 1 without a name, 0 for an unknown name.</summary>
    public Fraction Quantity(string? name) => name is null ? Fraction.One : Quantities.TryGetValue(name, out var quantity) ? quantity : Fraction.Zero;
}
