using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;

namespace Rating.Engine.Quotes;

/// <summary>The invoices that a quote previews, first to last.</summary>
/// <param name="Currency">Their currency.</param>
/// <param name="IsOfOne">Whether the request was for one subscription: its invoices are then written without sections.</param>
/// <param name="Invoices">The invoices, each with the periods of its sections.</param>
public sealed record QuoteResult(Currency Currency, bool IsOfOne, IReadOnlyList<(Invoice Invoice, IReadOnlyList<BillingPeriod> Periods)> Invoices)
{
    /// <summary>The sum of all totals.</summary>
    public Money Total => Invoices.Aggregate(Money.Zero(Currency), (sum, one) => sum + one.Invoice.Total);
}
