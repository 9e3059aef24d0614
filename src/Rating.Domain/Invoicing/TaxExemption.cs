using NodaTime;

namespace Rating.Domain.Invoicing;

/// <summary>A kind of tax that an account does not pay, for a while.</summary>
/// <param name="Type">The type of tax; <c>*</c> for all.</param>
/// <param name="Jurisdiction">Where; empty for everywhere.</param>
/// <param name="From">The first day; null for always.</param>
/// <param name="To">The day after the last; null for no end.</param>
/// <param name="Certificate">The paper that says so; empty when there is none.</param>
public sealed record TaxExemption(string Type, string Jurisdiction, LocalDate? From, LocalDate? To, string Certificate)
{
    /// <summary>Whether it frees a line from a tax.</summary>
    public bool Frees(TaxRule rule, LocalDate day) => (Type == "*" || string.Equals(Type, rule.Type, StringComparison.Ordinal))
        && (Jurisdiction.Length == 0 || TaxRule.IsIn(rule.Jurisdiction, Jurisdiction)) && !(day < From) && !(day >= To);
}
