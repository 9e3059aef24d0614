using NodaTime;
using Rating.Domain.Pricing;

namespace Rating.Domain.Invoicing;

/// <summary>Credit paid in advance, or given: it pays invoices until it is used up or over.</summary>
/// <param name="Key">Its name among the account's.</param>
/// <param name="Amount">How much it was.</param>
/// <param name="Priority">Lower ones are used first.</param>
/// <param name="From">The first day of lines that it pays; null for always.</param>
/// <param name="To">The day after the last; null for no end.</param>
/// <param name="Charges">The charges that it pays; empty for all.</param>
/// <param name="IsBeforeTax">Whether it lowers what is taxed, instead of paying what is due.</param>
public sealed record CreditGrant(string Key, Money Amount, int Priority, LocalDate? From, LocalDate? To, IReadOnlyList<string> Charges, bool IsBeforeTax)
{
    /// <summary>Whether it pays a line.</summary>
    public bool Pays(PricedLine line) => (Charges.Count == 0 || Charges.Contains(line.Charge, StringComparer.Ordinal)) && !(line.To <= From) && !(line.From >= To);
}
