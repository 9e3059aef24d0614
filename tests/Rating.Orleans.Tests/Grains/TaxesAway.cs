using Rating.Domain;
using Rating.Domain.Invoicing;
using Rating.Engine;
using Rating.Engine.Taxes;

namespace Rating.Orleans.Tests.Grains;

/// <summary>A tax service that one tenant's taxes cannot be asked of. Of all others it knows none.</summary>
internal sealed class TaxesAway : ITaxService
{
    /// <summary>Whose.</summary>
    public TenantId? Of { get; set; }

    public Task<TaxOutcome?> TaxesAsync(TaxRequest request, CancellationToken cancellation) =>
        request.Tenant == Of ? throw new Unavailable("the tax service is away") : Task.FromResult<TaxOutcome?>(null);
}
