using NodaTime;
using Rating.Domain.Billing;

namespace Rating.Domain.Pricing;

/// <summary>Consecutive days of one period with the same plan revision and quantities; the end exclusive.</summary>
public sealed record TermsSpan(LocalDate From, LocalDate To, PlanRevision Revision, IReadOnlyDictionary<string, Quantity> Quantities)
{
    /// <summary>The time zone of its days.</summary>
    public DateTimeZone Zone { get; init; } = DateTimeZone.Utc;

    /// <summary>At what time of its first day it begins, for charges by the second.</summary>
    public LocalTime StartsAt { get; init; }

    /// <summary>At what time of the day after its last it ends, for charges by the second.</summary>
    public LocalTime EndsAt { get; init; }

    /// <summary>Whether the subscription rests: no recurring charges, no allowance.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Its first moment.</summary>
    public Instant Start => Zone.MomentOf(From, StartsAt);

    /// <summary>The moment up to which it goes.</summary>
    public Instant End => Zone.MomentOf(To, EndsAt);

    /// <summary>A quantity by its name; one for the empty name, zero for a name that the terms do not have.</summary>
    public Quantity Quantity(string name) => name.Length == 0 ? Domain.Quantity.One : Quantities.GetValueOrDefault(name);
}
