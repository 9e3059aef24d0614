using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>What a subscription buys from a day on: its plan and the quantities of what is sold by number, such as seats.</summary>
/// <param name="From">The first day, in the subscription's time zone.</param>
/// <param name="Plan">The plan's key.</param>
/// <param name="Quantities">Quantities by name, such as <c>seats</c>.</param>
public sealed record TermsChange(LocalDate From, string Plan, IReadOnlyDictionary<string, Quantity> Quantities)
{
    /// <summary>Plans beside the plan, in order.</summary>
    public IReadOnlyList<string> AddOns { get; init; } = [];

    /// <summary>The plan and what stands beside it.</summary>
    public IEnumerable<string> Plans => AddOns.Prepend(Plan);

    /// <summary>At what time of its first day it begins, for charges by the second.</summary>
    public LocalTime At { get; init; }

    /// <summary>Whether the subscription rests from then on.</summary>
    public bool IsPaused { get; init; }
}
