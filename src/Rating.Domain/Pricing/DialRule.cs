namespace Rating.Domain.Pricing;

/// <summary>One rule of a dial plan: what to take off and put in front of numbers that fit a pattern.</summary>
/// <param name="Pattern">The numbers that it is for.</param>
/// <param name="Strip">How many digits are taken off the front.</param>
/// <param name="Prepend">The digits that are put there.</param>
/// <param name="IsFinal">Whether the result is in international form.</param>
public sealed record DialRule(NumberPattern Pattern, int Strip, string Prepend, bool IsFinal);
