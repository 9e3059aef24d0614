using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>What a subscription buys from a day on: its plan and the quantities of what is sold by number, such as seats.</summary>
/// <param name="From">The first day, in the subscription's time zone.</param>
/// <param name="Plan">The plan's key.</param>
/// <param name="Quantities">Quantities by name, such as <c>seats</c>.</param>
public sealed record TermsChange(LocalDate From, string Plan, IReadOnlyDictionary<string, Quantity> Quantities);
