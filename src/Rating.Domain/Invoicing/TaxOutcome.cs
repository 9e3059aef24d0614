namespace Rating.Domain.Invoicing;

/// <summary>The taxes of an invoice, from the built-in table or from outside.</summary>
/// <param name="Lines">A line per tax.</param>
/// <param name="OfLines">What each taxed line bears of them, rounded, in the order in which the lines were given.</param>
/// <param name="IsIncluded">Whether the prices hold them already; flat amounts never are.</param>
/// <param name="OnTop">What comes on top of the lines.</param>
public sealed record TaxOutcome(IReadOnlyList<TaxLine> Lines, IReadOnlyList<Money> OfLines, bool IsIncluded, Money OnTop);
