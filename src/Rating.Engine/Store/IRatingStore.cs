using Rating.Domain;

namespace Rating.Engine.Store;

/// <summary>Where everything but the usage log is durable. Each write is one transaction; primary keys decide, and a stale writer is refused.</summary>
/// <remarks>Every write throws <see cref="StaleWriterException"/> when its place is taken and <see cref="Unavailable"/> when its outcome is unknown; then nothing may be assumed, and it must be read again.</remarks>
public interface IRatingStore : IAsyncDisposable
{
    /// <summary>Reads the settings that decide verdicts, or stores these when there are none yet.</summary>
    Task<string> SettingsAsync(string settingsWhenNew, CancellationToken cancellation);

    /// <summary>Adds a change to the book.</summary>
    /// <exception cref="StaleWriterException">Its sequence is not the next one.</exception>
    Task AppendBookAsync(BookChange change, CancellationToken cancellation);

    /// <summary>The book's changes after a sequence, in order.</summary>
    IAsyncEnumerable<BookChange> ReadBookAsync(long after, CancellationToken cancellation);

    /// <summary>Takes a partition over: raises its epoch, so that the owner before can no longer commit, and tells where it stands.</summary>
    Task<PartitionPlace> TakeOverAsync(int partition, CancellationToken cancellation);

    /// <summary>Where a partition stands, taken over or not; epoch 0 before its first owner.</summary>
    Task<PartitionPlace> PlaceOfAsync(int partition, CancellationToken cancellation);

    /// <summary>Stores a checkpoint, all of it or nothing.</summary>
    /// <exception cref="StaleWriterException">The epoch is not the latest, or the number is not the next.</exception>
    Task CommitAsync(Checkpoint checkpoint, CancellationToken cancellation);

    /// <summary>The last base of a partition's memory and the blocks since, in order.</summary>
    IAsyncEnumerable<StateBlock> ReadStateAsync(int partition, CancellationToken cancellation);

    /// <summary>The id blocks of a partition with ids of a UTC day of ingest time or later, in order.</summary>
    IAsyncEnumerable<IdBlock> ReadIdsAsync(int partition, int sinceDay, CancellationToken cancellation);

    /// <summary>One id block; null when the checkpoint has none.</summary>
    IdBlock? ReadIdBlock(int partition, long checkpoint);

    /// <summary>A partition's ledger blocks from a checkpoint on, in order; with <paramref name="directory"/>, only blocks whose directory has one of these hashes.</summary>
    IAsyncEnumerable<LedgerBlock> ReadLedgerAsync(int partition, long fromCheckpoint, IReadOnlySet<int>? directory, CancellationToken cancellation);

    /// <summary>A partition's ledger blocks with records of a UTC day of ingest time or later, whose directory has one of these hashes, in order. Others are not looked at.</summary>
    IAsyncEnumerable<LedgerBlock> ReadLedgerSinceAsync(int partition, int sinceDay, IReadOnlySet<int> directory, CancellationToken cancellation);

    /// <summary>A partition's journal, in order.</summary>
    IAsyncEnumerable<CheckpointEntry> ReadJournalAsync(int partition, CancellationToken cancellation);

    /// <summary>The batches that a partition has sealed.</summary>
    Task<IReadOnlyList<long>> SealedBatchesAsync(int partition, CancellationToken cancellation);

    /// <summary>What all partitions sealed for a batch.</summary>
    Task<IReadOnlyList<SealBlock>> ReadSealsAsync(long batch, CancellationToken cancellation);

    /// <summary>Stores snapshots; one that exists is left as it is. Marks the batch as done when one is given.</summary>
    /// <exception cref="StaleWriterException">Another one of a subscription was stored that the maker of one of these did not know; the batch is not marked.</exception>
    Task SaveSnapshotsAsync(long? batch, IReadOnlyList<StoredSnapshot> snapshots, CancellationToken cancellation);

    /// <summary>Of closes of a tenant, those that have no snapshot yet: they are under way, or parked.</summary>
    Task<IReadOnlyList<(SubscriptionId Subscription, int Period)>> WithoutSnapshotAsync(TenantId tenant, IReadOnlyList<(SubscriptionId Subscription, int Period)> closes, CancellationToken cancellation);

    /// <summary>The batches whose snapshots are all stored.</summary>
    Task<IReadOnlyList<long>> ClosedBatchesAsync(CancellationToken cancellation);

    /// <summary>Snapshots of a tenant, optionally of one subscription or account, by subscription, period and kind.</summary>
    IAsyncEnumerable<StoredSnapshot> ReadSnapshotsAsync(TenantId tenant, SubscriptionId? subscription, AccountId? account, CancellationToken cancellation);

    /// <summary>Snapshots of a tenant that are on no invoice, optionally of one account.</summary>
    IAsyncEnumerable<StoredSnapshot> ReadUninvoicedAsync(TenantId tenant, AccountId? account, CancellationToken cancellation);

    /// <summary>The accounts of a tenant that have such snapshots, in order.</summary>
    Task<IReadOnlyList<AccountId>> UninvoicedAccountsAsync(TenantId tenant, CancellationToken cancellation);

    /// <summary>The snapshots of an invoice, in the order of its sections.</summary>
    IAsyncEnumerable<StoredSnapshot> ReadInvoicedAsync(TenantId tenant, long number, CancellationToken cancellation);

    /// <summary>The highest invoice number of a tenant; 0 before the first.</summary>
    Task<long> LastInvoiceNumberAsync(TenantId tenant, CancellationToken cancellation);

    /// <summary>Stores invoices with their outbox messages, all or none.</summary>
    /// <exception cref="StaleWriterException">A number, a cycle or a snapshot of them is taken.</exception>
    Task SaveInvoicesAsync(IReadOnlyList<StoredInvoice> invoices, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellation);

    /// <summary>Invoices of a tenant, optionally of one account, by number.</summary>
    IAsyncEnumerable<StoredInvoice> ReadInvoicesAsync(TenantId tenant, AccountId? account, CancellationToken cancellation);

    /// <summary>One invoice by its number; null when there is none.</summary>
    Task<StoredInvoice?> ReadInvoiceAsync(TenantId tenant, long number, CancellationToken cancellation);

    /// <summary>Stores alerts that are not stored yet, each with its outbox message (<see cref="StoredAlert.Topic"/>), all in one transaction.</summary>
    /// <returns>Those that were not stored before.</returns>
    Task<IReadOnlyList<StoredAlert>> SaveAlertsAsync(IReadOnlyList<StoredAlert> alerts, CancellationToken cancellation);

    /// <summary>Alerts of a tenant, optionally of one subscription, by subscription, period, alert, threshold and step.</summary>
    IAsyncEnumerable<StoredAlert> ReadAlertsAsync(TenantId tenant, SubscriptionId? subscription, CancellationToken cancellation);

    /// <summary>Messages for the outside after an id, in order.</summary>
    IAsyncEnumerable<OutboxMessage> ReadOutboxAsync(long after, CancellationToken cancellation);

    /// <summary>How far a stream (the outbox, a partition's rejected records) has been handed to the outside; 0 before the first.</summary>
    Task<long> HandedOffAsync(string stream, CancellationToken cancellation);

    /// <summary>Remembers that a stream has been handed over up to a position.</summary>
    /// <exception cref="StaleWriterException">It does not stand at <paramref name="from"/>: another hands it over, too.</exception>
    Task HandOffAsync(string stream, long from, long to, CancellationToken cancellation);

    /// <summary>The counts of verdicts.</summary>
    Task<IReadOnlyList<VerdictCount>> ReadVerdictsAsync(CancellationToken cancellation);

    /// <summary>Remembers that a file was imported whole, by the hash of its content.</summary>
    Task SaveImportAsync(ImportedFile file, CancellationToken cancellation);

    /// <summary>A file imported before with this content and map; null when there is none.</summary>
    Task<ImportedFile?> FindImportAsync(TenantId tenant, string contentHash, CancellationToken cancellation);
}
