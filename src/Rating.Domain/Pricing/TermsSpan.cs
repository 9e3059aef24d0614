using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>Consecutive days of one period with the same plan revision and quantities; the end exclusive.</summary>
public sealed record TermsSpan(LocalDate From, LocalDate To, PlanRevision Revision, IReadOnlyDictionary<string, Quantity> Quantities)
{
    /// <summary>The time zone of its days.</summary>
    public DateTimeZone Zone { get; init; } = DateTimeZone.Utc;

    /// <summary>A quantity by its name; one for the empty name, zero for a name that the terms do not have.</summary>
    public Quantity Quantity(string name) => name.Length == 0 ? Domain.Quantity.One : Quantities.GetValueOrDefault(name);
}
