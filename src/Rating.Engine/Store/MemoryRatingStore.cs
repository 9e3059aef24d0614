using System.Runtime.CompilerServices;
using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Store;

/// <summary>A store in memory, for simulation and tests. One lock makes every write a transaction.</summary>
public sealed class MemoryRatingStore(int partitions) : IRatingStore
{
    private readonly Lock _gate = new();
    private readonly Partition[] _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new Partition())];
    private readonly List<BookChange> _book = [];
    private readonly SortedDictionary<(long Batch, int Partition), SealBlock> _seals = [];
    private readonly SortedSet<long> _closed = [];
    private readonly Dictionary<(TenantId, SubscriptionId, string, int), StoredSnapshot> _snapshots = [];
    private readonly HashSet<(TenantId, SubscriptionId, int)> _known = [];
    private readonly HashSet<(TenantId, SubscriptionId, string, int)> _invoiced = [];
    private readonly Dictionary<(TenantId, AccountId, string, string), StoredInvoice> _invoices = [];
    private readonly Dictionary<(TenantId, long), StoredInvoice> _numbers = [];
    private readonly List<OutboxMessage> _outbox = [];
    private readonly SortedDictionary<(string Tenant, string Subscription, int Period, string Alert, string Threshold, int Step), StoredAlert> _alerts = new(AlertOrder);
    private readonly Dictionary<string, long> _handedOff = new(StringComparer.Ordinal);
    private readonly Dictionary<(TenantId, string, long, Verdict, VerdictReason), long> _verdicts = [];
    private readonly Dictionary<(TenantId, string), ImportedFile> _imports = [];
    private string? _settings;

    /// <inheritdoc/>
    public Task<string> SettingsAsync(string settingsWhenNew, CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult(_settings ??= settingsWhenNew);
    }

    /// <inheritdoc/>
    public Task AppendBookAsync(BookChange change, CancellationToken cancellation) => Write(() =>
    {
        if (change.Sequence != _book.Count + 1) throw new StaleWriterException($"Book change {change.Sequence} is not the next one: {_book.Count} are stored.");
        _book.Add(change);
    }, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<BookChange> ReadBookAsync(long after, CancellationToken cancellation) => Read(() => _book.Skip((int)after), cancellation);

    /// <inheritdoc/>
    public Task<PartitionPlace> TakeOverAsync(int partition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _partitions[partition].Epoch++;
            return Task.FromResult(_partitions[partition].Place);
        }
    }

    /// <inheritdoc/>
    public Task<PartitionPlace> PlaceOfAsync(int partition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(_partitions[partition].Place);
    }

    /// <inheritdoc/>
    public Task CommitAsync(Checkpoint checkpoint, CancellationToken cancellation) => Write(() =>
    {
        var mine = _partitions[checkpoint.Partition];
        if (mine.Epoch == 0 || mine.Epoch != checkpoint.Epoch) throw new StaleWriterException($"Partition {checkpoint.Partition}: epoch {checkpoint.Epoch} is over, the owner has {mine.Epoch}.");
        var last = mine.Journal.Count == 0 ? (Number: 0L, NextPosition: 0L) : (mine.Journal[^1].Number, mine.Journal[^1].NextPosition);
        if (checkpoint.Number != last.Number + 1 || checkpoint.FirstPosition != last.NextPosition)
            throw new StaleWriterException($"Partition {checkpoint.Partition}: checkpoint {checkpoint.Number} at position {checkpoint.FirstPosition} does not follow {last.Number} at {last.NextPosition}.");
        mine.Journal.Add(new CheckpointEntry(checkpoint.Number, checkpoint.Epoch, checkpoint.FirstPosition, checkpoint.NextPosition, checkpoint.BookSequence, checkpoint.Commands));
        if (checkpoint.State is { } state)
        {
            if (state.IsBase) mine.State.Clear();
            mine.State.Add(state with { Bytes = state.Bytes.ToArray() });
        }

        if (checkpoint.Ledger is { } ledger) mine.Ledger.Add(ledger with { Bytes = ledger.Bytes.ToArray() });
        if (checkpoint.Ids is { } ids) mine.Ids.Add(ids.Checkpoint, ids);
        foreach (var seal in checkpoint.Seals) _seals[(seal.Batch, seal.Partition)] = seal;
        foreach (var count in checkpoint.Verdicts)
        {
            var key = (count.Tenant, count.Source, count.IngestHour, count.Verdict, count.Reason);
            _verdicts[key] = _verdicts.GetValueOrDefault(key) + count.Count;
        }
    }, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<StateBlock> ReadStateAsync(int partition, CancellationToken cancellation) => Read(() => _partitions[partition].State, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<IdBlock> ReadIdsAsync(int partition, int sinceDay, CancellationToken cancellation) =>
        Read(() => _partitions[partition].Ids.Values.Where(block => block.LastDay >= sinceDay), cancellation);

    /// <inheritdoc/>
    public IdBlock? ReadIdBlock(int partition, long checkpoint)
    {
        lock (_gate) return _partitions[partition].Ids.GetValueOrDefault(checkpoint);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerBlock> ReadLedgerAsync(int partition, long fromCheckpoint, IReadOnlySet<int>? directory, CancellationToken cancellation) =>
        Read(() => _partitions[partition].Ledger.Where(block => block.Checkpoint >= fromCheckpoint && (directory is null || block.Directory.Any(directory.Contains))), cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerBlock> ReadLedgerSinceAsync(int partition, int sinceDay, IReadOnlySet<int> directory, CancellationToken cancellation) =>
        Read(() => _partitions[partition].Ledger.Where(block => block.LastDay >= sinceDay && block.Directory.Any(directory.Contains)), cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<CheckpointEntry> ReadJournalAsync(int partition, CancellationToken cancellation) => Read(() => _partitions[partition].Journal, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> SealedBatchesAsync(int partition, CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<long>>([.. _seals.Keys.Where(key => key.Partition == partition).Select(key => key.Batch)]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SealBlock>> ReadSealsAsync(long batch, CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<SealBlock>>([.. _seals.Values.Where(seal => seal.Batch == batch)]);
    }

    /// <inheritdoc/>
    public Task SaveSnapshotsAsync(long? batch, IReadOnlyList<StoredSnapshot> snapshots, CancellationToken cancellation) => Write(() =>
    {
        var made = snapshots.Where(one => !_snapshots.ContainsKey((one.Tenant, one.Subscription, one.Kind, one.Period))).ToList();
        if (made.Find(one => one.Known is { } known && _known.Contains((one.Tenant, one.Subscription, known))) is { } stale)
            throw new StaleWriterException($"Snapshot {stale.Subscription} {stale.Kind} {stale.Period} was made with {stale.Known} before it, and there are more.");
        foreach (var snapshot in made)
        {
            _snapshots.TryAdd((snapshot.Tenant, snapshot.Subscription, snapshot.Kind, snapshot.Period), snapshot with { Known = null });
            if (snapshot.Known is { } known) _known.Add((snapshot.Tenant, snapshot.Subscription, known));
        }

        if (batch is { } done) _closed.Add(done);
    }, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(SubscriptionId Subscription, int Period)>> WithoutSnapshotAsync(TenantId tenant, IReadOnlyList<(SubscriptionId Subscription, int Period)> closes, CancellationToken cancellation)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<(SubscriptionId, int)>>([.. closes.Where(close => !_snapshots.ContainsKey((tenant, close.Subscription, "period", close.Period)) && !_snapshots.ContainsKey((tenant, close.Subscription, "supplementary", close.Period)))]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> ClosedBatchesAsync(CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<long>>([.. _closed]);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadSnapshotsAsync(TenantId tenant, SubscriptionId? subscription, AccountId? account, CancellationToken cancellation) =>
        Read(() => Snapshots(tenant, account).Where(snapshot => subscription is null || snapshot.Subscription == subscription), cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadUninvoicedAsync(TenantId tenant, AccountId? account, CancellationToken cancellation) =>
        Read(() => Snapshots(tenant, account).Where(IsUninvoiced), cancellation);

    private bool IsUninvoiced(StoredSnapshot snapshot) => !_invoiced.Contains((snapshot.Tenant, snapshot.Subscription, snapshot.Kind, snapshot.Period));

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccountId>> UninvoicedAccountsAsync(TenantId tenant, CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<AccountId>>([.. Snapshots(tenant, null).Where(IsUninvoiced).Select(snapshot => snapshot.Account).Distinct().OrderBy(account => account.Value, StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadInvoicedAsync(TenantId tenant, long number, CancellationToken cancellation) =>
        Read(() => _numbers.TryGetValue((tenant, number), out var invoice) ? invoice.Snapshots.Select(one => _snapshots[(tenant, one.Subscription, one.Kind, one.Period)]) : [], cancellation);

    /// <inheritdoc/>
    public Task<long> LastInvoiceNumberAsync(TenantId tenant, CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult(_invoices.Values.Where(invoice => invoice.Tenant == tenant).Select(invoice => invoice.Number).DefaultIfEmpty(0).Max());
    }

    /// <inheritdoc/>
    public Task SaveInvoicesAsync(IReadOnlyList<StoredInvoice> invoices, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellation) => Write(() =>
    {
        var numbers = _invoices.Values.GroupBy(invoice => invoice.Tenant).ToDictionary(group => group.Key, group => group.Max(invoice => invoice.Number));
        var taken = new HashSet<(TenantId, SubscriptionId, string, int)>(_invoiced);
        foreach (var invoice in invoices.OrderBy(invoice => invoice.Number))
        {
            if (invoice.Number != numbers.GetValueOrDefault(invoice.Tenant) + 1) throw new StaleWriterException($"Invoice number {invoice.Number} is not the next one after {numbers.GetValueOrDefault(invoice.Tenant)}.");
            numbers[invoice.Tenant] = invoice.Number;
            if (_invoices.ContainsKey((invoice.Tenant, invoice.Account, invoice.Cycle, invoice.Currency)) || _numbers.ContainsKey((invoice.Tenant, invoice.Number)))
                throw new StaleWriterException($"Invoice {invoice.Number} of account {invoice.Account}, cycle {invoice.Cycle}, exists.");
            foreach (var (subscription, kind, period) in invoice.Snapshots)
            {
                Invariant.Holds(_snapshots.ContainsKey((invoice.Tenant, subscription, kind, period)), $"invoice {invoice.Number} carries a snapshot that does not exist: {subscription} {kind} {period}");
                if (!taken.Add((invoice.Tenant, subscription, kind, period))) throw new StaleWriterException($"Snapshot {subscription} {kind} {period} is invoiced.");
            }
        }

        foreach (var invoice in invoices)
        {
            _invoices.Add((invoice.Tenant, invoice.Account, invoice.Cycle, invoice.Currency), invoice);
            _numbers.Add((invoice.Tenant, invoice.Number), invoice);
            foreach (var (subscription, kind, period) in invoice.Snapshots) _invoiced.Add((invoice.Tenant, subscription, kind, period));
        }

        foreach (var message in messages) _outbox.Add(message with { Id = _outbox.Count + 1 });
    }, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredInvoice> ReadInvoicesAsync(TenantId tenant, AccountId? account, CancellationToken cancellation) =>
        Read(() => _invoices.Values.Where(invoice => invoice.Tenant == tenant && (account is null || invoice.Account == account)).OrderBy(invoice => invoice.Number), cancellation);

    /// <inheritdoc/>
    public Task<StoredInvoice?> ReadInvoiceAsync(TenantId tenant, long number, CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult(_numbers.GetValueOrDefault((tenant, number)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredAlert>> SaveAlertsAsync(IReadOnlyList<StoredAlert> alerts, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var made = alerts.Where(alert => _alerts.TryAdd(KeyOf(alert), alert)).OrderBy(KeyOf, AlertOrder).ToList();
            foreach (var alert in made) _outbox.Add(new OutboxMessage(_outbox.Count + 1, StoredAlert.Topic, alert.Document));
            return Task.FromResult<IReadOnlyList<StoredAlert>>(made);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredAlert> ReadAlertsAsync(TenantId tenant, SubscriptionId? subscription, CancellationToken cancellation) =>
        Read(() => _alerts.Values.Where(alert => alert.Tenant == tenant && (subscription is null || alert.Subscription == subscription)), cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<OutboxMessage> ReadOutboxAsync(long after, CancellationToken cancellation) => Read(() => _outbox.Skip((int)after), cancellation);

    /// <inheritdoc/>
    public Task<long> HandedOffAsync(string stream, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(_handedOff.GetValueOrDefault(stream));
    }

    /// <inheritdoc/>
    public Task HandOffAsync(string stream, long from, long to, CancellationToken cancellation) => Write(() =>
    {
        if (_handedOff.GetValueOrDefault(stream) is var found && found != from) throw new StaleWriterException($"{stream} is handed over up to {found}, not {from}.");
        _handedOff[stream] = to;
    }, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VerdictCount>> ReadVerdictsAsync(CancellationToken cancellation)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<VerdictCount>>([.. _verdicts.Where(pair => pair.Value != 0)
                .Select(pair => new VerdictCount(pair.Key.Item1, pair.Key.Item2, pair.Key.Item3, pair.Key.Item4, pair.Key.Item5, pair.Value))]);
    }

    /// <inheritdoc/>
    public Task SaveImportAsync(ImportedFile file, CancellationToken cancellation) => Write(() => _imports[(file.Tenant, file.ContentHash)] = file, cancellation);

    /// <inheritdoc/>
    public Task<ImportedFile?> FindImportAsync(TenantId tenant, string contentHash, CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult(_imports.GetValueOrDefault((tenant, contentHash)));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static readonly Comparer<(string Tenant, string Subscription, int Period, string Alert, string Threshold, int Step)> AlertOrder = Comparer<(string Tenant, string Subscription, int Period, string Alert, string Threshold, int Step)>.Create((a, b) =>
    {
        var order = string.CompareOrdinal(a.Tenant, b.Tenant);
        if (order == 0) order = string.CompareOrdinal(a.Subscription, b.Subscription);
        if (order == 0) order = a.Period.CompareTo(b.Period);
        if (order == 0) order = string.CompareOrdinal(a.Alert, b.Alert);
        if (order == 0) order = string.CompareOrdinal(a.Threshold, b.Threshold);
        return order != 0 ? order : a.Step.CompareTo(b.Step);
    });

    private static (string, string, int, string, string, int) KeyOf(StoredAlert alert) => (alert.Tenant.Value, alert.Subscription.Value, alert.Period, alert.Alert, alert.Threshold, alert.Step);

    private IEnumerable<StoredSnapshot> Snapshots(TenantId tenant, AccountId? account) => _snapshots.Values
        .Where(snapshot => snapshot.Tenant == tenant && (account is null || snapshot.Account == account))
        .OrderBy(snapshot => snapshot.Subscription.Value, StringComparer.Ordinal).ThenBy(snapshot => snapshot.Period).ThenBy(snapshot => snapshot.Kind, StringComparer.Ordinal);

    private Task Write(Action change, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate) change();
        return Task.CompletedTask;
    }

    private async IAsyncEnumerable<T> Read<T>(Func<IEnumerable<T>> rows, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<T> copy;
        lock (_gate) copy = [.. rows()];
        await Task.CompletedTask;
        foreach (var row in copy)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private sealed class Partition
    {
        public long Epoch { get; set; }

        public List<CheckpointEntry> Journal { get; } = [];

        public PartitionPlace Place => Journal.Count == 0 ? new PartitionPlace(Epoch, 0, 0, 0) : new PartitionPlace(Epoch, Journal[^1].Number, Journal[^1].NextPosition, Journal[^1].BookSequence);

        public List<StateBlock> State { get; } = [];

        public List<LedgerBlock> Ledger { get; } = [];

        public SortedDictionary<long, IdBlock> Ids { get; } = [];
    }
}
