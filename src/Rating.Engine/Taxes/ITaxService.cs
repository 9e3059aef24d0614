using Rating.Domain.Invoicing;

namespace Rating.Engine.Taxes;

/// <summary>Who works out taxes when an invoice is made: the catalog's own table, or a service outside.</summary>
/// <remarks>What it answers is stored with the invoice; an invoice is never taxed twice.</remarks>
public interface ITaxService
{
    /// <summary>The taxes of an invoice's lines; null when it has none to work out.</summary>
    /// <exception cref="Unavailable">It cannot be asked now; the invoice is not made, and the next bill run tries again.</exception>
    Task<TaxOutcome?> TaxesAsync(TaxRequest request, CancellationToken cancellation);
}
