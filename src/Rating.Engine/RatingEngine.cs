using NodaTime;
using Rating.Domain;
using Rating.Domain.Invoicing;
using Rating.Engine.Books;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Engine.Views;

namespace Rating.Engine;

/// <summary>The engine in one process: it owns all partitions, and finds a subscription by a method call.</summary>
public sealed class RatingEngine : IAsyncDisposable
{
    private RatingEngine() { }

    /// <summary>Takes all partitions over, loads them, and starts to rate.</summary>
    public static Task<RatingEngine> StartAsync(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Takes usage in.</summary>
    public UsageIntake Intake => throw new NotSupportedException();

    /// <summary>Everything that is not usage. Read it with <see cref="Books.Book.Read{T}"/>.</summary>
    public Book Book => throw new NotSupportedException();

    /// <summary>The store, for reading snapshots, invoices and the outbox.</summary>
    public IRatingStore Store => throw new NotSupportedException();

    /// <summary>Makes a catalog (JSON, docs/formats.md) the next version. A broken one changes nothing.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="catalog">The whole catalog.</param>
    /// <param name="effectiveFrom">The first day on which it applies; null takes the document's <c>effectiveFrom</c>, else today (UTC).</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<CatalogVersion> PutCatalogAsync(TenantId tenant, string catalog, LocalDate? effectiveFrom, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Records accounts, subscriptions and subject assignments, all or none: <c>{"accounts":[...],"subscriptions":[...],"subjects":[...]}</c> (docs/formats.md).</summary>
    public Task PutPartiesAsync(TenantId tenant, string parties, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>The running charge of a subscription now.</summary>
    /// <exception cref="Refused"><c>subscription.unknown</c></exception>
    public Task<BalanceView> BalanceAsync(TenantId tenant, SubscriptionId subscription, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Closes periods: seals them in every partition, makes their snapshots, and bills the accounts whose subscriptions are all closed up to the cycle's end.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="account">Only this account; null for all.</param>
    /// <param name="subscription">Only this subscription; null for all.</param>
    /// <param name="through">Periods that end on or before this local day are closed; null for all whose end and usage grace are over.</param>
    /// <param name="progress">Told how many of how many periods are closed.</param>
    /// <param name="cancellation">Gives up; what is closed stays closed, and running again goes on.</param>
    /// <exception cref="Refused"><c>close.early</c>: a period asked for has not ended, or its usage grace is not over, and it is not the end of the subscription.</exception>
    public Task<CloseOutcome> CloseAsync(TenantId tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, IProgress<(int Done, int Of)>? progress, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Makes all invoices that are due and not made: of closed cycles, and with <paramref name="activations"/> of subscriptions that have begun. Running it again makes none.</summary>
    public Task<IReadOnlyList<Invoice>> BillRunAsync(TenantId tenant, AccountId? account, bool activations, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>The records in suspense, in groups, the largest first.</summary>
    public IReadOnlyList<SuspenseGroup> Suspense(TenantId tenant) => throw new NotSupportedException();

    /// <summary>Single records in suspense, at most <paramref name="most"/>.</summary>
    public IAsyncEnumerable<(int Partition, Partitions.LedgerEntry Entry)> SuspendedAsync(TenantId tenant, int most, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Rates the records in suspense again.</summary>
    public Task<SuspenseOutcome> RetrySuspenseAsync(TenantId tenant, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Decides that records in suspense are not to be billed.</summary>
    public Task<SuspenseOutcome> VoidSuspenseAsync(TenantId tenant, IReadOnlyList<(int Partition, long Position)> positions, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Received against decided.</summary>
    public Task<Reconciliation> ReconcileAsync(TenantId tenant, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Waits until everything before these positions (a receipt's ends) has its verdict stored.</summary>
    public Task DecidedAsync(IReadOnlyDictionary<int, long> ends, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Waits until everything that is in the log now has its verdict stored.</summary>
    public Task CaughtUpAsync(CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>How each partition is doing.</summary>
    public Task<IReadOnlyList<PartitionStatus>> StatusAsync(CancellationToken cancellation) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
