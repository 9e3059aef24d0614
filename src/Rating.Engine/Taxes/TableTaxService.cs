using Rating.Domain.Invoicing;

namespace Rating.Engine.Taxes;

/// <summary>Taxes by the catalog's own table.</summary>
public sealed class TableTaxService : ITaxService
{
    /// <summary>The one instance: it holds nothing.</summary>
    public static TableTaxService Instance { get; } = new();

    /// <inheritdoc/>
    public Task<TaxOutcome?> TaxesAsync(TaxRequest request, CancellationToken cancellation) => Task.FromResult(Of(request));

    /// <summary>The taxes at once: a table needs nobody's answer.</summary>
    public static TaxOutcome? Of(TaxRequest request) => request.Table?.Of(request.Lines, request.Terms, request.Currency);
}
