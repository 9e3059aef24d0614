using NodaTime;
using Rating.Domain;
using Rating.Domain.Invoicing;

namespace Rating.Engine.Taxes;

/// <summary>What taxes are worked out from.</summary>
/// <param name="Tenant">Whose invoice it is.</param>
/// <param name="Account">Who is billed.</param>
/// <param name="Terms">What is agreed with the account: exemptions and reverse charge.</param>
/// <param name="Date">The invoice's day.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="Lines">Its lines, rounded.</param>
/// <param name="Table">The catalog's own table; null when it has none.</param>
public sealed record TaxRequest(TenantId Tenant, AccountId Account, AccountTerms Terms, LocalDate Date, Currency Currency, IReadOnlyList<TaxableLine> Lines, TaxTable? Table);
