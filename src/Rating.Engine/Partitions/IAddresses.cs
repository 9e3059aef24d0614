using NodaTime;
using Rating.Domain;
using Rating.Engine.Books;
using Rating.Engine.Closing;
using Rating.Engine.Store;
using Rating.Engine.Views;

namespace Rating.Engine.Partitions;

/// <summary>Who carries out what concerns one subscription, account or close batch, where that is not always this process: in a cluster, the process in which its grain is.</summary>
internal interface IAddresses
{
    /// <summary>The running charge of a subscription as a JSON document (docs/formats.md).</summary>
    Task<string> BalanceAsync(TenantId tenant, SubscriptionId subscription, CancellationToken cancellation);

    /// <summary>The running charge of a subscription now, and again after each change, until cancelled; of several changes at once the newest.</summary>
    IAsyncEnumerable<string> WatchAsync(TenantId tenant, SubscriptionId subscription, CancellationToken cancellation);

    /// <summary>Tells whoever listens, in whatever process, of an alert that is stored. Never fails: all alerts are in the store.</summary>
    Task TellAsync(StoredAlert alert);

    /// <summary>A tenant's alerts from now on, of all processes, until cancelled.</summary>
    /// <returns>When it listens.</returns>
    Task<IAsyncEnumerable<StoredAlert>> ListenAsync(TenantId tenant, CancellationToken cancellation);

    /// <summary>Finishes a close batch.</summary>
    Task<Closed> FinishAsync(CloseBatch batch, CancellationToken cancellation);

    /// <summary>Closes and bills an account, or one subscription of it; all accounts of the tenant where none is named.</summary>
    /// <returns>What it did, as a JSON document (docs/formats.md).</returns>
    Task<string> CloseAsync(TenantId tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, CancellationToken cancellation);

    /// <summary>Makes the invoices of an account that are due and not made.</summary>
    Task<IReadOnlyList<InvoiceSummary>> BillAsync(TenantId tenant, AccountId account, bool activations, bool thresholds, CancellationToken cancellation);

    /// <summary>How far the closes of a tenant are, added up over the processes that answer.</summary>
    Task<CloseProgress> CloseProgressAsync(TenantId tenant, CancellationToken cancellation);
}
