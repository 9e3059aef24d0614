using Rating.Domain;
using Rating.Engine.Books;
using Rating.Engine.Store;

namespace Rating.Engine.Partitions;

/// <summary>Who carries out what concerns one subscription or one close batch, where that is not always this process: in a cluster, the process in which its grain is.</summary>
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
    /// <returns>The subscriptions that could not be priced, and why.</returns>
    Task<IReadOnlyList<(string Subscription, string Why)>> FinishAsync(CloseBatch batch, CancellationToken cancellation);
}
