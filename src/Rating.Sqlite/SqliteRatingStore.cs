using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Sqlite;

/// <summary>The embedded store: one SQLite file. One thread writes; writes that arrive together share a commit, each in its own savepoint.</summary>
/// <remarks>Keys and the WHERE of each statement decide who may write; the order of the queue only decides who comes first.</remarks>
public sealed class SqliteRatingStore : IRatingStore
{
    private const long CommitWritesMax = 64;
    private readonly SqliteDatabase _database;
    private readonly GroupWriter<Write> _writer;

    private SqliteRatingStore(SqliteDatabase database)
    {
        _database = database;
        _writer = new GroupWriter<Write>("store writer", database, CommitWritesMax, Apply, static _ => { });
    }

    /// <summary>See <see cref="SqliteDatabase.PagesMax"/>.</summary>
    internal long? PagesMax
    {
        set => _database.PagesMax = value;
    }

    /// <summary>Opens a store file, and makes it when there is none.</summary>
    /// <exception cref="Refused"><c>data.newer</c>: a newer program wrote it; <c>data.damaged</c>.</exception>
    /// <exception cref="Unavailable">It cannot be read or written now.</exception>
    public static SqliteRatingStore Open(string path) => new(new SqliteDatabase(path, "store"));

    /// <inheritdoc/>
    public Task<string> SettingsAsync(string settingsWhenNew, CancellationToken cancellation) => WriteAsync(session =>
    {
        session.Run("INSERT INTO setting (id, document) VALUES (1, $document) ON CONFLICT DO NOTHING", ("$document", settingsWhenNew));
        using var rows = session.Query("SELECT document FROM setting");
        rows.Read();
        return rows.GetString(0);
    }, cancellation);

    /// <inheritdoc/>
    public Task AppendBookAsync(BookChange change, CancellationToken cancellation) => WriteAsync(session =>
    {
        const string insert = """
            INSERT INTO book (sequence, tenant, recorded_at, document) SELECT $sequence, $tenant, $at, $document
            WHERE $sequence = (SELECT coalesce(max(sequence), 0) + 1 FROM book)
            """;
        if (session.Run(insert, ("$sequence", change.Sequence), ("$tenant", change.Tenant.Value), ("$at", Text(change.RecordedAt)), ("$document", change.Document)) == 0)
            throw new StaleWriterException($"Book change {change.Sequence} is not the next one.");
    }, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<BookChange> ReadBookAsync(long after, CancellationToken cancellation) => ReadAsync(
        session => session.Query("SELECT sequence, tenant, recorded_at, document FROM book WHERE sequence > $after ORDER BY sequence", ("$after", after)),
        static row => new BookChange(row.GetInt64(0), new TenantId(row.GetString(1)), Time(row.GetString(2)), row.GetString(3)),
        cancellation);

    /// <inheritdoc/>
    public Task<PartitionPlace> TakeOverAsync(int partition, CancellationToken cancellation) => WriteAsync(session =>
    {
        const string raise = """
            INSERT INTO partition (id, epoch) VALUES ($partition, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1
            RETURNING epoch, checkpoint, next_position, book_sequence
            """;
        using var rows = session.Query(raise, ("$partition", partition));
        rows.Read();
        return new PartitionPlace(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3));
    }, cancellation);

    /// <inheritdoc/>
    public async Task<PartitionPlace> PlaceOfAsync(int partition, CancellationToken cancellation)
    {
        var found = await ListAsync(
            session => session.Query("SELECT epoch, checkpoint, next_position, book_sequence FROM partition WHERE id = $partition", ("$partition", partition)),
            static row => new PartitionPlace(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
            cancellation);
        return found.Count == 0 ? new PartitionPlace(0, 0, 0, 0) : found[0];
    }

    /// <inheritdoc/>
    public Task CommitAsync(Checkpoint checkpoint, CancellationToken cancellation) => WriteAsync(session => Commit(session, checkpoint), cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<StateBlock> ReadStateAsync(int partition, CancellationToken cancellation) => ReadAsync(
        session => session.Query("SELECT checkpoint, is_base, bytes FROM state_block WHERE partition = $partition ORDER BY checkpoint", ("$partition", partition)),
        static row => new StateBlock(row.GetInt64(0), row.GetBoolean(1), row.GetFieldValue<byte[]>(2)),
        cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<IdBlock> ReadIdsAsync(int partition, int sinceDay, CancellationToken cancellation) => ReadAsync(
        session => session.Query(
            "SELECT checkpoint, last_day, bytes FROM id_block WHERE partition = $partition AND last_day >= $since ORDER BY checkpoint",
            ("$partition", partition), ("$since", sinceDay)),
        Ids,
        cancellation);

    /// <inheritdoc/>
    public IdBlock? ReadIdBlock(int partition, long checkpoint) => _database.Read(session =>
    {
        using var rows = session.Query(
            "SELECT checkpoint, last_day, bytes FROM id_block WHERE partition = $partition AND checkpoint = $checkpoint", ("$partition", partition), ("$checkpoint", checkpoint));
        return rows.Read() ? Ids(rows) : null;
    });

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerBlock> ReadLedgerAsync(int partition, long fromCheckpoint, IReadOnlySet<int>? directory, CancellationToken cancellation)
    {
        const string selectAll = "SELECT checkpoint, directory, bytes, last_day FROM ledger_block WHERE partition = $partition AND checkpoint >= $from ORDER BY checkpoint";
        const string selectDirectories = "SELECT checkpoint, directory FROM ledger_block WHERE partition = $partition AND checkpoint >= $from ORDER BY checkpoint";
        return directory is null
            ? ReadAsync(
                session => session.Query(selectAll, ("$partition", partition), ("$from", fromCheckpoint)),
                static row => new LedgerBlock(row.GetInt64(0), Directory(row), row.GetFieldValue<byte[]>(2), row.GetInt32(3)),
                cancellation)
            : ChosenAsync(partition, session => session.Query(selectDirectories, ("$partition", partition), ("$from", fromCheckpoint)), directory, cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerBlock> ReadLedgerSinceAsync(int partition, int sinceDay, IReadOnlySet<int> directory, CancellationToken cancellation)
    {
        const string select = """
            SELECT checkpoint, directory FROM ledger_block WHERE partition = $partition
            AND checkpoint IN (SELECT checkpoint FROM ledger_block INDEXED BY ledger_block_by_day WHERE partition = $partition AND last_day >= $since) ORDER BY checkpoint
            """;
        return ChosenAsync(partition, session => session.Query(select, ("$partition", partition), ("$since", sinceDay)), directory, cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<CheckpointEntry> ReadJournalAsync(int partition, CancellationToken cancellation) => ReadAsync(
        session => session.Query("SELECT number, epoch, first_position, next_position, book_sequence, commands FROM checkpoint WHERE partition = $partition ORDER BY number", ("$partition", partition)),
        static row => new CheckpointEntry(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetString(5)),
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> SealedBatchesAsync(int partition, CancellationToken cancellation) => ListAsync(
        session => session.Query("SELECT batch FROM seal WHERE partition = $partition ORDER BY batch", ("$partition", partition)), static row => row.GetInt64(0), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SealBlock>> ReadSealsAsync(long batch, CancellationToken cancellation) => ListAsync(
        session => session.Query("SELECT batch, partition, bytes FROM seal WHERE batch = $batch ORDER BY partition", ("$batch", batch)),
        static row => new SealBlock(row.GetInt64(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2)),
        cancellation);

    /// <inheritdoc/>
    public Task SaveSnapshotsAsync(long? batch, IReadOnlyList<StoredSnapshot> snapshots, CancellationToken cancellation) => WriteAsync(session =>
    {
        const string insert = """
            INSERT INTO snapshot (tenant, subscription, period, kind, account, document, known) VALUES ($tenant, $subscription, $period, $kind, $account, $document, $known)
            ON CONFLICT (tenant, subscription, period, kind) DO NOTHING
            """;
        foreach (var snapshot in snapshots)
        {
            session.Run(
                insert, ("$tenant", snapshot.Tenant.Value), ("$subscription", snapshot.Subscription.Value), ("$period", snapshot.Period), ("$kind", snapshot.Kind),
                ("$account", snapshot.Account.Value), ("$document", snapshot.Document), ("$known", snapshot.Known));
        }

        if (batch is { } done) session.Run("INSERT INTO closed_batch (batch) VALUES ($batch) ON CONFLICT DO NOTHING", ("$batch", done));
    }, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(SubscriptionId Subscription, int Period)>> WithoutSnapshotAsync(TenantId tenant, IReadOnlyList<(SubscriptionId Subscription, int Period)> closes, CancellationToken cancellation) => Task.Run<IReadOnlyList<(SubscriptionId, int)>>(
        () => _database.Read(session => closes.Where(close => session.Number(
            "SELECT count(*) FROM snapshot WHERE tenant = $tenant AND subscription = $subscription AND period = $period AND kind IN ('period', 'supplementary')",
            ("$tenant", tenant.Value), ("$subscription", close.Subscription.Value), ("$period", close.Period)) == 0).ToList()),
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> ClosedBatchesAsync(CancellationToken cancellation) =>
        ListAsync(session => session.Query("SELECT batch FROM closed_batch ORDER BY batch"), static row => row.GetInt64(0), cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadSnapshotsAsync(TenantId tenant, SubscriptionId? subscription, AccountId? account, CancellationToken cancellation)
    {
        // SQLite plans a statement once, so one with "or $x is null" would read all of a tenant: a text per choice. Order: UTF-8 bytes.
        const string all = "SELECT tenant, subscription, kind, period, account, document FROM snapshot WHERE tenant = $tenant";
        const string order = " ORDER BY subscription, period, kind";
        return ReadAsync(
            session => (subscription, account) switch
            {
                (null, null) => session.Query(all + order, ("$tenant", tenant.Value)),
                ({ } id, null) => session.Query(all + " AND subscription = $subscription" + order, ("$tenant", tenant.Value), ("$subscription", id.Value)),
                (null, { } of) => session.Query(all + " AND account = $account" + order, ("$tenant", tenant.Value), ("$account", of.Value)),
                ({ } id, { } of) => session.Query(
                    all + " AND subscription = $subscription AND account = $account" + order, ("$tenant", tenant.Value), ("$subscription", id.Value), ("$account", of.Value)),
            },
            Snapshot,
            cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadUninvoicedAsync(TenantId tenant, AccountId? account, CancellationToken cancellation)
    {
        const string all = """
            SELECT tenant, subscription, kind, period, account, document FROM snapshot s WHERE tenant = $tenant AND NOT EXISTS
            (SELECT 1 FROM invoice_snapshot i WHERE i.tenant = s.tenant AND i.subscription = s.subscription AND i.period = s.period AND i.kind = s.kind)
            """;
        const string order = " ORDER BY subscription, period, kind";
        return ReadAsync(
            session => account is { } of
                ? session.Query(all + " AND account = $account" + order, ("$tenant", tenant.Value), ("$account", of.Value))
                : session.Query(all + order, ("$tenant", tenant.Value)),
            Snapshot,
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AccountId>> UninvoicedAccountsAsync(TenantId tenant, CancellationToken cancellation)
    {
        const string accounts = """
            SELECT DISTINCT account FROM snapshot s WHERE tenant = $tenant AND NOT EXISTS
            (SELECT 1 FROM invoice_snapshot i WHERE i.tenant = s.tenant AND i.subscription = s.subscription AND i.period = s.period AND i.kind = s.kind) ORDER BY account
            """;
        return await ListAsync(session => session.Query(accounts, ("$tenant", tenant.Value)), row => new AccountId(row.GetString(0)), cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadInvoicedAsync(TenantId tenant, long number, CancellationToken cancellation)
    {
        const string snapshots = "SELECT tenant, subscription, kind, period, account, document FROM invoice_snapshot JOIN snapshot USING (tenant, subscription, period, kind) WHERE tenant = $tenant AND number = $number ORDER BY ordinal";
        return ReadAsync(session => session.Query(snapshots, ("$tenant", tenant.Value), ("$number", number)), Snapshot, cancellation);
    }

    /// <inheritdoc/>
    public Task<long> LastInvoiceNumberAsync(TenantId tenant, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(_database.Read(session => session.Number("SELECT coalesce(max(number), 0) FROM invoice WHERE tenant = $tenant", ("$tenant", tenant.Value))));
    }

    /// <inheritdoc/>
    public Task SaveInvoicesAsync(IReadOnlyList<StoredInvoice> invoices, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellation) => WriteAsync(session =>
    {
        foreach (var invoice in invoices.OrderBy(invoice => invoice.Number)) Save(session, invoice);
        foreach (var message in messages) Post(session, message.Topic, message.Document);
    }, cancellation);

    private static void Post(SqliteSession session, string topic, string document) =>
        session.Run("INSERT INTO outbox (topic, document) VALUES ($topic, $document)", ("$topic", topic), ("$document", document));

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredInvoice> ReadInvoicesAsync(TenantId tenant, AccountId? account, CancellationToken cancellation)
    {
        const string all = "SELECT tenant, account, cycle, currency, number, document FROM invoice WHERE tenant = $tenant";
        const string order = " ORDER BY number";
        return ReadAsync(
            session => account is { } of
                ? session.Query(all + " AND account = $account" + order, ("$tenant", tenant.Value), ("$account", of.Value))
                : session.Query(all + order, ("$tenant", tenant.Value)),
            Invoice,
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<StoredInvoice?> ReadInvoiceAsync(TenantId tenant, long number, CancellationToken cancellation)
    {
        const string one = "SELECT tenant, account, cycle, currency, number, document FROM invoice WHERE tenant = $tenant AND number = $number";
        var found = await ListAsync(session => session.Query(one, ("$tenant", tenant.Value), ("$number", number)), Invoice, cancellation);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredAlert>> SaveAlertsAsync(IReadOnlyList<StoredAlert> alerts, CancellationToken cancellation) => WriteAsync<IReadOnlyList<StoredAlert>>(session =>
    {
        const string insert = """
            INSERT INTO alert (tenant, subscription, period, alert, threshold, step, document) VALUES ($tenant, $subscription, $period, $alert, $threshold, $step, $document)
            ON CONFLICT DO NOTHING
            """;
        var made = new List<StoredAlert>();
        foreach (var alert in alerts)
        {
            if (session.Run(insert, ("$tenant", alert.Tenant.Value), ("$subscription", alert.Subscription.Value), ("$period", alert.Period), ("$alert", alert.Alert), ("$threshold", alert.Threshold), ("$step", alert.Step), ("$document", alert.Document)) == 0) continue;
            Post(session, StoredAlert.Topic, alert.Document);
            made.Add(alert);
        }

        return made;
    }, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredAlert> ReadAlertsAsync(TenantId tenant, SubscriptionId? subscription, CancellationToken cancellation)
    {
        const string all = "SELECT tenant, subscription, period, alert, threshold, step, document FROM alert WHERE tenant = $tenant";
        const string order = " ORDER BY subscription, period, alert, threshold, step";
        return ReadAsync(
            session => subscription is { } of
                ? session.Query(all + " AND subscription = $subscription" + order, ("$tenant", tenant.Value), ("$subscription", of.Value))
                : session.Query(all + order, ("$tenant", tenant.Value)),
            static row => new StoredAlert(new TenantId(row.GetString(0)), new SubscriptionId(row.GetString(1)), row.GetInt32(2), row.GetString(3), row.GetString(4), row.GetInt32(5), row.GetString(6)),
            cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<OutboxMessage> ReadOutboxAsync(long after, CancellationToken cancellation) => ReadAsync(
        session => session.Query("SELECT id, topic, document FROM outbox WHERE id > $after ORDER BY id", ("$after", after)),
        static row => new OutboxMessage(row.GetInt64(0), row.GetString(1), row.GetString(2)),
        cancellation);

    /// <inheritdoc/>
    public async Task<long> HandedOffAsync(string stream, CancellationToken cancellation)
    {
        var found = await ListAsync(session => session.Query("SELECT position FROM handed_off WHERE stream = $stream", ("$stream", stream)), static row => row.GetInt64(0), cancellation);
        return found.Count == 0 ? 0 : found[0];
    }

    /// <inheritdoc/>
    public Task HandOffAsync(string stream, long from, long to, CancellationToken cancellation) => WriteAsync(session =>
    {
        var moved = from == 0
            ? session.Run("INSERT INTO handed_off (stream, position) VALUES ($stream, $to) ON CONFLICT DO NOTHING", ("$stream", stream), ("$to", to))
            : session.Run("UPDATE handed_off SET position = $to WHERE stream = $stream AND position = $from", ("$stream", stream), ("$to", to), ("$from", from));
        if (moved == 0) throw new StaleWriterException($"{stream} is not handed over up to {from}: another hands it over, too.");
    }, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VerdictCount>> ReadVerdictsAsync(CancellationToken cancellation) => ListAsync(
        session => session.Query("SELECT tenant, source, ingest_hour, verdict, reason, count FROM verdict WHERE count <> 0"),
        static row => new VerdictCount(new TenantId(row.GetString(0)), row.GetString(1), row.GetInt64(2), (Verdict)row.GetByte(3), (VerdictReason)row.GetByte(4), row.GetInt64(5)),
        cancellation);

    /// <inheritdoc/>
    public Task SaveImportAsync(ImportedFile file, CancellationToken cancellation) => WriteAsync(session =>
    {
        const string upsert = """
            INSERT INTO import (tenant, content_hash, name, row_count, imported_at) VALUES ($tenant, $hash, $name, $rows, $at)
            ON CONFLICT DO UPDATE SET name = excluded.name, row_count = excluded.row_count, imported_at = excluded.imported_at
            """;
        session.Run(upsert, ("$tenant", file.Tenant.Value), ("$hash", file.ContentHash), ("$name", file.Name), ("$rows", file.Rows), ("$at", Text(file.At)));
    }, cancellation);

    /// <inheritdoc/>
    public async Task<ImportedFile?> FindImportAsync(TenantId tenant, string contentHash, CancellationToken cancellation)
    {
        const string one = "SELECT tenant, content_hash, name, row_count, imported_at FROM import WHERE tenant = $tenant AND content_hash = $hash";
        var found = await ListAsync(
            session => session.Query(one, ("$tenant", tenant.Value), ("$hash", contentHash)),
            static row => new ImportedFile(new TenantId(row.GetString(0)), row.GetString(1), row.GetString(2), row.GetInt64(3), Time(row.GetString(4))),
            cancellation);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _database.Dispose();
    }

    private void Apply(SqliteSession session, IReadOnlyList<Write> group)
    {
        foreach (var write in group)
        {
            session.Run("SAVEPOINT one");
            try
            {
                write.Run(session);
            }
            catch (Exception e) when (e is not SqliteException error || SqliteDatabase.IsOfStatement(error))
            {
                // This write alone is refused. Any other database error ends the whole commit: SQLite may have rolled it back.
                session.Run("ROLLBACK TO one");
                write.Refusal = Refusal(e);
            }

            session.Run("RELEASE one");
        }
    }

    private Exception Refusal(Exception error) => error switch
    {
        SqliteException taken when SqliteDatabase.IsTaken(taken) => new StaleWriterException($"Another writer was first: {taken.Message}"),
        SqliteException other => _database.Translate(other),
        _ => error,
    };

    private static void Commit(SqliteSession session, Checkpoint checkpoint)
    {
        const string move = """
            UPDATE partition SET checkpoint = $number, next_position = $next, book_sequence = $book
            WHERE id = $partition AND epoch = $epoch AND checkpoint = $number - 1 AND next_position = $first
            """;
        const string journal = """
            INSERT INTO checkpoint (partition, number, epoch, first_position, next_position, book_sequence, commands)
            VALUES ($partition, $number, $epoch, $first, $next, $book, $commands)
            """;
        var (partition, number) = (checkpoint.Partition, checkpoint.Number);
        if (session.Run(
                move, ("$partition", partition), ("$epoch", checkpoint.Epoch), ("$number", number), ("$first", checkpoint.FirstPosition), ("$next", checkpoint.NextPosition),
                ("$book", checkpoint.BookSequence)) == 0)
            throw Stale(session, checkpoint);
        session.Run(
            journal, ("$partition", partition), ("$number", number), ("$epoch", checkpoint.Epoch), ("$first", checkpoint.FirstPosition), ("$next", checkpoint.NextPosition),
            ("$book", checkpoint.BookSequence), ("$commands", checkpoint.Commands));
        if (checkpoint.State is { } state) Save(session, partition, state);
        if (checkpoint.Ledger is { } ledger)
        {
            session.Run(
                "INSERT INTO ledger_block (partition, checkpoint, directory, bytes, last_day) VALUES ($partition, $checkpoint, $directory, $bytes, $day)",
                ("$partition", partition), ("$checkpoint", ledger.Checkpoint), ("$directory", Bytes(ledger.Directory)), ("$bytes", Bytes(ledger.Bytes)), ("$day", ledger.LastDay));
        }

        if (checkpoint.Ids is { } ids)
        {
            session.Run(
                "INSERT INTO id_block (partition, checkpoint, last_day, bytes) VALUES ($partition, $checkpoint, $day, $bytes)",
                ("$partition", partition), ("$checkpoint", ids.Checkpoint), ("$day", ids.LastDay), ("$bytes", Bytes(ids.Bytes)));
        }

        foreach (var seal in checkpoint.Seals)
        {
            session.Run(
                "INSERT INTO seal (batch, partition, bytes) VALUES ($batch, $partition, $bytes) ON CONFLICT DO UPDATE SET bytes = excluded.bytes",
                ("$batch", seal.Batch), ("$partition", seal.Partition), ("$bytes", Bytes(seal.Bytes)));
        }

        foreach (var count in checkpoint.Verdicts) Save(session, count);
    }

    private static void Save(SqliteSession session, int partition, StateBlock state)
    {
        if (state.IsBase) session.Run("DELETE FROM state_block WHERE partition = $partition AND checkpoint < $checkpoint", ("$partition", partition), ("$checkpoint", state.Checkpoint));
        session.Run(
            "INSERT INTO state_block (partition, checkpoint, is_base, bytes) VALUES ($partition, $checkpoint, $base, $bytes)",
            ("$partition", partition), ("$checkpoint", state.Checkpoint), ("$base", state.IsBase), ("$bytes", Bytes(state.Bytes)));
    }

    private static void Save(SqliteSession session, VerdictCount count)
    {
        const string add = """
            INSERT INTO verdict (tenant, source, ingest_hour, verdict, reason, count) VALUES ($tenant, $source, $hour, $verdict, $reason, $count)
            ON CONFLICT DO UPDATE SET count = count + excluded.count
            """;
        session.Run(
            add, ("$tenant", count.Tenant.Value), ("$source", count.Source), ("$hour", count.IngestHour), ("$verdict", (byte)count.Verdict), ("$reason", (byte)count.Reason),
            ("$count", count.Count));
    }

    private static void Save(SqliteSession session, StoredInvoice invoice)
    {
        const string insert = """
            INSERT INTO invoice (tenant, number, account, cycle, currency, document) SELECT $tenant, $number, $account, $cycle, $currency, $document
            WHERE $number = (SELECT coalesce(max(number), 0) + 1 FROM invoice WHERE tenant = $tenant)
            """;
        const string claim = """
            INSERT INTO invoice_snapshot (tenant, subscription, period, kind, number, ordinal) VALUES ($tenant, $subscription, $period, $kind, $number, $ordinal)
            """;
        if (session.Run(
                insert, ("$tenant", invoice.Tenant.Value), ("$number", invoice.Number), ("$account", invoice.Account.Value), ("$cycle", invoice.Cycle), ("$currency", invoice.Currency),
                ("$document", invoice.Document)) == 0)
            throw new StaleWriterException($"Invoice {invoice.Number} is not the next one of {invoice.Tenant}: numbers have no gaps.");
        foreach (var (ordinal, (subscription, kind, period)) in invoice.Snapshots.Index())
        {
            session.Run(
                claim, ("$tenant", invoice.Tenant.Value), ("$subscription", subscription.Value), ("$period", period), ("$kind", kind), ("$number", invoice.Number), ("$ordinal", ordinal));
        }
    }

    private static StaleWriterException Stale(SqliteSession session, Checkpoint checkpoint)
    {
        using var rows = session.Query("SELECT epoch, checkpoint, next_position FROM partition WHERE id = $partition", ("$partition", checkpoint.Partition));
        if (!rows.Read()) return new($"Partition {checkpoint.Partition}: nobody has taken it over.");
        return rows.GetInt64(0) != checkpoint.Epoch
            ? new($"Partition {checkpoint.Partition}: epoch {checkpoint.Epoch} is over, the owner has {rows.GetInt64(0)}.")
            : new($"Partition {checkpoint.Partition}: checkpoint {checkpoint.Number} at position {checkpoint.FirstPosition} does not follow {rows.GetInt64(1)} at {rows.GetInt64(2)}.");
    }

    private static IdBlock Ids(SqliteDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2));

    private static StoredSnapshot Snapshot(SqliteDataReader row) =>
        new(new TenantId(row.GetString(0)), new SubscriptionId(row.GetString(1)), row.GetString(2), row.GetInt32(3), new AccountId(row.GetString(4)), row.GetString(5));

    private StoredInvoice Invoice(SqliteDataReader row)
    {
        const string snapshots = "SELECT subscription, kind, period FROM invoice_snapshot WHERE tenant = $tenant AND number = $number ORDER BY ordinal";
        var (tenant, number) = (row.GetString(0), row.GetInt64(4));
        var of = _database.Read(session =>
        {
            var found = new List<(SubscriptionId, string, int)>();
            using var rows = session.Query(snapshots, ("$tenant", tenant), ("$number", number));
            while (rows.Read()) found.Add((new SubscriptionId(rows.GetString(0)), rows.GetString(1), rows.GetInt32(2)));
            return found;
        });
        return new StoredInvoice(new TenantId(tenant), new AccountId(row.GetString(1)), row.GetString(2), row.GetString(3), number, row.GetString(5), of);
    }

    // The bytes of a block that is passed over are never read from the file.
    private async IAsyncEnumerable<LedgerBlock> ChosenAsync(int partition, Func<SqliteSession, SqliteDataReader> query, IReadOnlySet<int> directory, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var block in ReadAsync(query, static row => (Checkpoint: row.GetInt64(0), Directory: Directory(row)), cancellation))
            if (block.Directory.Any(directory.Contains)) yield return Ledger(partition, block.Checkpoint, block.Directory);
    }

    private LedgerBlock Ledger(int partition, long checkpoint, int[] directory) => _database.Read(session =>
    {
        using var rows = session.Query("SELECT bytes, last_day FROM ledger_block WHERE partition = $partition AND checkpoint = $checkpoint", ("$partition", partition), ("$checkpoint", checkpoint));
        Invariant.Holds(rows.Read(), "A ledger block whose directory was read exists.");
        return new LedgerBlock(checkpoint, directory, rows.GetFieldValue<byte[]>(0), rows.GetInt32(1));
    });

    private static int[] Directory(SqliteDataReader row)
    {
        var bytes = row.GetFieldValue<byte[]>(1);
        var hashes = new int[bytes.Length / sizeof(int)];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i * sizeof(int)));
        return hashes;
    }

    private static byte[] Bytes(IReadOnlyList<int> directory)
    {
        var bytes = new byte[directory.Count * sizeof(int)];
        for (var i = 0; i < directory.Count; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), directory[i]);
        return bytes;
    }

    private static byte[] Bytes(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : bytes.ToArray();

    private static string Text(Instant time) => InstantPattern.ExtendedIso.Format(time);

    private static Instant Time(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    private Task WriteAsync(Action<SqliteSession> write, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return _writer.WriteAsync(new Write(write), cancellation);
    }

    private async Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellation)
    {
        T result = default!;
        await WriteAsync(session => { result = write(session); }, cancellation);
        return result;
    }

    private Task<IReadOnlyList<T>> ListAsync<T>(Func<SqliteSession, SqliteDataReader> query, Func<SqliteDataReader, T> map, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(_database.Read<IReadOnlyList<T>>(session =>
        {
            var result = new List<T>();
            using var rows = query(session);
            while (rows.Read()) result.Add(map(rows));
            return result;
        }));
    }

    // Sees the store as it was when the enumeration began, and holds one row at a time.
    private async IAsyncEnumerable<T> ReadAsync<T>(Func<SqliteSession, SqliteDataReader> query, Func<SqliteDataReader, T> map, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        cancellation.ThrowIfCancellationRequested();
        var session = Translated(_database.Rent);
        SqliteDataReader? rows = null;
        try
        {
            rows = Translated(() => query(session));
            while (Translated(rows.Read))
            {
                cancellation.ThrowIfCancellationRequested();
                yield return map(rows);
            }
        }
        finally
        {
            rows?.Dispose();
            _database.Return(session);
        }
    }

    private T Translated<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException e)
        {
            throw _database.Translate(e);
        }
    }

    private sealed class Write(Action<SqliteSession> run) : QueuedWrite
    {
        public Action<SqliteSession> Run { get; } = run;
    }
}
