using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodaTime;
using NodaTime.Text;
using Npgsql;
using NpgsqlTypes;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Postgres;

/// <summary>The store on PostgreSQL, for one machine or many. Keys, and the WHERE of each statement, decide who may write.</summary>
/// <remarks>Every write is one statement, and a statement is a transaction. Nothing is retried: an error with unknown outcome is <see cref="Unavailable"/>, and what is stored must be read again.</remarks>
public sealed class PostgresRatingStore : IRatingStore
{
    private const int LedgerBlocksPerRead = 64;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<DateOnly, bool> _periods = [];

    private PostgresRatingStore(PostgresSettings settings, TimeProvider time)
    {
        Database = new PostgresDatabase(settings);
        _time = time;
    }

    /// <summary>The connections; tests look behind the store with them.</summary>
    internal PostgresDatabase Database { get; }

    /// <summary>Opens the store; makes its schema, or brings it up to date, where the login may.</summary>
    /// <param name="settings">Where it is.</param>
    /// <param name="time">Decides in which month's tables a block is kept.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Refused"><c>data.newer</c>: a newer program wrote it; <c>store.denied</c>: the login may not; <c>store.encoding</c>: the database is not UTF-8.</exception>
    /// <exception cref="Unavailable">The database does not answer.</exception>
    public static async Task<PostgresRatingStore> OpenAsync(PostgresSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        await PostgresSchema.MigrateAsync(settings.OwnerConnectionString ?? settings.ConnectionString, cancellation);
        var store = new PostgresRatingStore(settings, time);
        try
        {
            await store.PeriodAsync(cancellation);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<string> SettingsAsync(string settingsWhenNew, CancellationToken cancellation)
    {
        // Two statements: the second sees what a first writer stored while the first waited for it.
        await Database.WriteAsync("INSERT INTO setting (id, document) VALUES (1, $1) ON CONFLICT DO NOTHING", [Text(settingsWhenNew)], cancellation);
        return (await Database.ListAsync("SELECT document FROM setting", [], static row => row.GetString(0), cancellation))[0];
    }

    /// <inheritdoc/>
    public Task AppendBookAsync(BookChange change, CancellationToken cancellation) => change.Sequence < 1
        ? throw new StaleWriterException($"Book change {change.Sequence} is not the next one.")
        : Database.WriteAsync(
            "INSERT INTO book (sequence, tenant, recorded_at, document) VALUES ($1, $2, $3, $4)",
            [Long(change.Sequence), Text(change.Tenant.Value), Time(change.RecordedAt), Text(change.Document)],
            cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<BookChange> ReadBookAsync(long after, CancellationToken cancellation) => Database.ReadAsync(
        "SELECT sequence, tenant, recorded_at, document FROM book WHERE sequence > $1 ORDER BY sequence",
        [Long(after)],
        static row => new BookChange(row.GetInt64(0), new TenantId(row.GetString(1)), Time(row.GetString(2)), row.GetString(3)),
        cancellation);

    /// <inheritdoc/>
    public Task<PartitionPlace> TakeOverAsync(int partition, CancellationToken cancellation) => Database.WriteAsync(
        """
        INSERT INTO partition AS p (id, epoch) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET epoch = p.epoch + 1
        RETURNING epoch, checkpoint, next_position, book_sequence
        """,
        [Int(partition)],
        static row => new PartitionPlace(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
        cancellation);

    /// <inheritdoc/>
    public async Task<PartitionPlace> PlaceOfAsync(int partition, CancellationToken cancellation)
    {
        var found = await Database.ListAsync(
            "SELECT epoch, checkpoint, next_position, book_sequence FROM partition WHERE id = $1",
            [Int(partition)],
            static row => new PartitionPlace(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
            cancellation);
        return found.Count == 0 ? new PartitionPlace(0, 0, 0, 0) : found[0];
    }

    /// <inheritdoc/>
    public async Task CommitAsync(Checkpoint checkpoint, CancellationToken cancellation)
    {
        // The fence and all that follows from it are one statement: what is not moved inserts nothing. The server has all of it before it takes the first lock,
        // so an owner that freezes while it sends holds nothing; and it costs one round trip.
        const string commit = """
            WITH moved AS (
                UPDATE partition SET next_position = $5, checkpoint = $3, book_sequence = $6, suspense_from = $27
                WHERE id = $1 AND epoch = $2 AND checkpoint = $3 - 1 AND next_position = $4
                RETURNING id
            ), journal AS (
                INSERT INTO checkpoint (partition, number, period, epoch, first_position, next_position, book_sequence, commands)
                SELECT id, $3, $8, $2, $4, $5, $6, $7 FROM moved
            ), replaced AS (
                DELETE FROM state_block s USING moved WHERE $10 AND s.partition = moved.id AND s.checkpoint < $9
            ), state AS (
                INSERT INTO state_block (partition, checkpoint, is_base, bytes) SELECT id, $9, $10, $11 FROM moved WHERE $9 IS NOT NULL
            ), ledger AS (
                INSERT INTO ledger_block (period, partition, checkpoint, directory, bytes, last_day) SELECT $8, id, $12, $13, $14, $26 FROM moved WHERE $12 IS NOT NULL
            ), ids AS (
                INSERT INTO id_block (period, partition, checkpoint, last_day, bytes) SELECT $8, id, $15, $16, $17 FROM moved WHERE $15 IS NOT NULL
            ), seals AS (
                INSERT INTO seal (batch, partition, bytes) SELECT batch, id, bytes FROM moved, unnest($18, $19) AS s (batch, bytes)
                ON CONFLICT (batch, partition) DO UPDATE SET bytes = excluded.bytes
            ), verdicts AS (
                INSERT INTO verdict AS v (partition, tenant, source, ingest_hour, verdict, reason, count)
                SELECT id, tenant, source, hour, verdict, reason, sum(count)::bigint
                FROM moved, unnest($20, $21, $22, $23, $24, $25) AS c (tenant, source, hour, verdict, reason, count)
                GROUP BY id, tenant, source, hour, verdict, reason
                ON CONFLICT (partition, tenant, source, ingest_hour, verdict, reason) DO UPDATE SET count = v.count + excluded.count
            )
            SELECT count(*) FROM moved
            """;
        var (state, ledger, ids) = (checkpoint.State, checkpoint.Ledger, checkpoint.Ids);
        var seals = checkpoint.Seals.GroupBy(seal => seal.Batch).Select(group => group.Last()).ToList();
        var moved = await Database.WriteAsync(
            commit,
            [
                Int(checkpoint.Partition), Long(checkpoint.Epoch), Long(checkpoint.Number), Long(checkpoint.FirstPosition), Long(checkpoint.NextPosition), Long(checkpoint.BookSequence),
                Text(checkpoint.Commands), Date(await PeriodAsync(cancellation)),
                Long(state?.Checkpoint), Of(NpgsqlDbType.Boolean, state?.IsBase ?? false), Bytes(state?.Bytes),
                Long(ledger?.Checkpoint), Bytes(ledger is null ? null : Directory(ledger.Directory)), Bytes(ledger?.Bytes),
                Long(ids?.Checkpoint), Int(ids?.LastDay), Bytes(ids?.Bytes),
                Array(NpgsqlDbType.Bigint, seals.Select(seal => seal.Batch)), Array(NpgsqlDbType.Bytea, seals.Select(seal => Whole(seal.Bytes))),
                Array(NpgsqlDbType.Text, checkpoint.Verdicts.Select(count => count.Tenant.Value)), Array(NpgsqlDbType.Text, checkpoint.Verdicts.Select(count => count.Source)),
                Array(NpgsqlDbType.Bigint, checkpoint.Verdicts.Select(count => count.IngestHour)), Array(NpgsqlDbType.Smallint, checkpoint.Verdicts.Select(count => (short)count.Verdict)),
                Array(NpgsqlDbType.Smallint, checkpoint.Verdicts.Select(count => (short)count.Reason)), Array(NpgsqlDbType.Bigint, checkpoint.Verdicts.Select(count => count.Count)),
                Int(ledger?.LastDay), Long(checkpoint.SuspenseFrom),
            ],
            static row => row.GetInt64(0),
            cancellation);
        if (moved == 0) throw await StaleAsync(checkpoint, cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StateBlock> ReadStateAsync(int partition, CancellationToken cancellation) => Database.ReadAsync(
        "SELECT checkpoint, is_base, bytes FROM state_block WHERE partition = $1 ORDER BY checkpoint",
        [Int(partition)],
        static row => new StateBlock(row.GetInt64(0), row.GetBoolean(1), row.GetFieldValue<byte[]>(2)),
        cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<IdBlock> ReadIdsAsync(int partition, int sinceDay, CancellationToken cancellation) => Database.ReadAsync(
        "SELECT checkpoint, last_day, bytes FROM id_block WHERE partition = $1 AND last_day >= $2 ORDER BY checkpoint", [Int(partition), Int(sinceDay)], Ids, cancellation);

    /// <inheritdoc/>
    public IdBlock? ReadIdBlock(int partition, long checkpoint) => Database.ReadOne(
        "SELECT checkpoint, last_day, bytes FROM id_block WHERE partition = $1 AND checkpoint = $2", [Int(partition), Long(checkpoint)], Ids);

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerBlock> ReadLedgerAsync(int partition, long fromCheckpoint, IReadOnlySet<int>? directory, CancellationToken cancellation)
    {
        const string selectAll = "SELECT checkpoint, directory, bytes, last_day FROM ledger_block WHERE partition = $1 AND checkpoint >= $2 ORDER BY checkpoint";
        const string selectDirectories = "SELECT checkpoint, directory FROM ledger_block WHERE partition = $1 AND checkpoint >= $2 ORDER BY checkpoint";
        NpgsqlParameter[] asked = [Int(partition), Long(fromCheckpoint)];
        return directory is null ? Database.ReadAsync(selectAll, asked, Ledger, cancellation) : ChosenAsync(partition, selectDirectories, asked, directory, cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerBlock> ReadLedgerSinceAsync(int partition, int sinceDay, IReadOnlySet<int> directory, CancellationToken cancellation) => ChosenAsync(
        partition, "SELECT checkpoint, directory FROM ledger_block WHERE partition = $1 AND last_day >= $2 ORDER BY checkpoint", [Int(partition), Int(sinceDay)], directory, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<CheckpointEntry> ReadJournalAsync(int partition, CancellationToken cancellation) => Database.ReadAsync(
        "SELECT number, epoch, first_position, next_position, book_sequence, commands FROM checkpoint WHERE partition = $1 ORDER BY number",
        [Int(partition)],
        static row => new CheckpointEntry(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetString(5)),
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> SealedBatchesAsync(int partition, CancellationToken cancellation) =>
        Database.ListAsync("SELECT batch FROM seal WHERE partition = $1 ORDER BY batch", [Int(partition)], static row => row.GetInt64(0), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SealBlock>> ReadSealsAsync(long batch, CancellationToken cancellation) => Database.ListAsync(
        "SELECT batch, partition, bytes FROM seal WHERE batch = $1 ORDER BY partition",
        [Long(batch)],
        static row => new SealBlock(row.GetInt64(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2)),
        cancellation);

    /// <inheritdoc/>
    public async Task SaveSnapshotsAsync(long? batch, IReadOnlyList<StoredSnapshot> snapshots, CancellationToken cancellation)
    {
        // Those whose key or number is taken are left out; the batch is done when every key is there.
        const string save = """
            WITH wanted AS (
                SELECT * FROM unnest($2, $3, $4, $5, $6, $7, $8) AS given (tenant, subscription, period, kind, account, document, known)
            ), saved AS (
                INSERT INTO snapshot (tenant, subscription, period, kind, account, document, known) SELECT * FROM wanted ON CONFLICT DO NOTHING RETURNING 1
            ), missing AS (
                SELECT (SELECT count(*) FROM wanted) - (SELECT count(*) FROM wanted JOIN snapshot USING (tenant, subscription, period, kind)) - (SELECT count(*) FROM saved) AS many
            ), done AS (
                INSERT INTO closed_batch (batch) SELECT $1 FROM missing WHERE $1 IS NOT NULL AND many = 0 ON CONFLICT DO NOTHING
            )
            SELECT many FROM missing
            """;
        // In one order, so that two who save the same ones wait for each other and never in a circle.
        var sorted = snapshots.OrderBy(one => one.Tenant.Value, StringComparer.Ordinal).ThenBy(one => one.Subscription.Value, StringComparer.Ordinal)
            .ThenBy(one => one.Period).ThenBy(one => one.Kind, StringComparer.Ordinal).ToList();
        // What another writer stored while this waited for it is seen by the second look only.
        for (var look = 1; look <= 2; look++)
        {
            var missing = await Database.WriteAsync(
                save,
                [
                    Long(batch), Array(NpgsqlDbType.Text, sorted.Select(one => one.Tenant.Value)), Array(NpgsqlDbType.Text, sorted.Select(one => one.Subscription.Value)),
                    Array(NpgsqlDbType.Integer, sorted.Select(one => one.Period)), Array(NpgsqlDbType.Text, sorted.Select(one => one.Kind)),
                    Array(NpgsqlDbType.Text, sorted.Select(one => one.Account.Value)), Array(NpgsqlDbType.Text, sorted.Select(one => one.Document)),
                    Array(NpgsqlDbType.Integer, sorted.Select(one => one.Known)),
                ],
                static row => row.GetInt64(0),
                cancellation);
            if (missing == 0) return;
        }

        throw new StaleWriterException("Snapshots were made without knowing of others of their subscriptions that are stored by now.");
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(SubscriptionId Subscription, int Period)>> WithoutSnapshotAsync(TenantId tenant, IReadOnlyList<(SubscriptionId Subscription, int Period)> closes, CancellationToken cancellation) =>
        Database.ListAsync(
            """
            SELECT subscription, period FROM unnest($2, $3) AS asked (subscription, period)
            WHERE NOT EXISTS (SELECT FROM snapshot WHERE tenant = $1 AND snapshot.subscription = asked.subscription AND snapshot.period = asked.period AND kind IN ('period', 'supplementary'))
            """,
            [Text(tenant.Value), Array(NpgsqlDbType.Text, closes.Select(close => close.Subscription.Value)), Array(NpgsqlDbType.Integer, closes.Select(close => close.Period))],
            static row => (new SubscriptionId(row.GetString(0)), row.GetInt32(1)),
            cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> ClosedBatchesAsync(CancellationToken cancellation) =>
        Database.ListAsync("SELECT batch FROM closed_batch ORDER BY batch", [], static row => row.GetInt64(0), cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadSnapshotsAsync(TenantId tenant, SubscriptionId? subscription, AccountId? account, CancellationToken cancellation)
    {
        // A text per choice, so that each is planned with its own index.
        const string all = "SELECT tenant, subscription, kind, period, account, document FROM snapshot WHERE tenant = $1";
        const string order = " ORDER BY subscription, period, kind";
        return (subscription, account) switch
        {
            (null, null) => Database.ReadAsync(all + order, [Text(tenant.Value)], Snapshot, cancellation),
            ({ } id, null) => Database.ReadAsync(all + " AND subscription = $2" + order, [Text(tenant.Value), Text(id.Value)], Snapshot, cancellation),
            (null, { } of) => Database.ReadAsync(all + " AND account = $2" + order, [Text(tenant.Value), Text(of.Value)], Snapshot, cancellation),
            ({ } id, { } of) => Database.ReadAsync(all + " AND subscription = $2 AND account = $3" + order, [Text(tenant.Value), Text(id.Value), Text(of.Value)], Snapshot, cancellation),
        };
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadUninvoicedAsync(TenantId tenant, AccountId? account, CancellationToken cancellation)
    {
        const string all = """
            SELECT tenant, subscription, kind, period, account, document FROM snapshot s WHERE tenant = $1 AND NOT EXISTS
            (SELECT FROM invoice_snapshot i WHERE i.tenant = s.tenant AND i.subscription = s.subscription AND i.period = s.period AND i.kind = s.kind)
            """;
        const string order = " ORDER BY subscription, period, kind";
        return account is { } of
            ? Database.ReadAsync(all + " AND account = $2" + order, [Text(tenant.Value), Text(of.Value)], Snapshot, cancellation)
            : Database.ReadAsync(all + order, [Text(tenant.Value)], Snapshot, cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccountId>> UninvoicedAccountsAsync(TenantId tenant, CancellationToken cancellation) => Database.ListAsync(
        """
        SELECT DISTINCT account FROM snapshot s WHERE tenant = $1 AND NOT EXISTS
        (SELECT FROM invoice_snapshot i WHERE i.tenant = s.tenant AND i.subscription = s.subscription AND i.period = s.period AND i.kind = s.kind) ORDER BY account
        """,
        [Text(tenant.Value)],
        static row => new AccountId(row.GetString(0)),
        cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSnapshot> ReadInvoicedAsync(TenantId tenant, long number, CancellationToken cancellation) => Database.ReadAsync(
        "SELECT tenant, subscription, kind, period, account, document FROM invoice_snapshot JOIN snapshot USING (tenant, subscription, period, kind) WHERE tenant = $1 AND number = $2 ORDER BY ordinal",
        [Text(tenant.Value), Long(number)],
        Snapshot,
        cancellation);

    /// <inheritdoc/>
    public async Task<long> LastInvoiceNumberAsync(TenantId tenant, CancellationToken cancellation) =>
        (await Database.ListAsync("SELECT coalesce(max(number), 0) FROM invoice WHERE tenant = $1", [Text(tenant.Value)], static row => row.GetInt64(0), cancellation))[0];

    /// <inheritdoc/>
    public async Task SaveInvoicesAsync(IReadOnlyList<StoredInvoice> invoices, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellation)
    {
        if (invoices.FirstOrDefault(invoice => invoice.Number < 1) is { } wrong) throw new StaleWriterException($"Invoice {wrong.Number} is not the next one of {wrong.Tenant}: numbers begin with 1.");
        const string save = """
            WITH invoiced AS (
                INSERT INTO invoice (tenant, number, account, cycle, currency, document) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            ), claimed AS (
                INSERT INTO invoice_snapshot (tenant, subscription, period, kind, number, ordinal) SELECT * FROM unnest($7, $8, $9, $10, $11, $12)
            ), numbered AS (
                UPDATE outbox_number SET last = last + cardinality($14) WHERE cardinality($14) > 0 RETURNING last - cardinality($14) AS before
            )
            INSERT INTO outbox (period, id, topic, document)
            SELECT $13, before + ordinal, topic, document FROM numbered, unnest($14, $15) WITH ORDINALITY AS m (topic, document, ordinal)
            """;
        var sorted = invoices.OrderBy(invoice => invoice.Tenant.Value, StringComparer.Ordinal).ThenBy(invoice => invoice.Number).ToList();
        var claims = sorted.SelectMany(invoice => invoice.Snapshots.Select((snapshot, ordinal) => (Invoice: invoice, Snapshot: snapshot, Ordinal: ordinal))).ToList();
        await Database.WriteAsync(
            save,
            [
                Array(NpgsqlDbType.Text, sorted.Select(one => one.Tenant.Value)), Array(NpgsqlDbType.Bigint, sorted.Select(one => one.Number)),
                Array(NpgsqlDbType.Text, sorted.Select(one => one.Account.Value)), Array(NpgsqlDbType.Text, sorted.Select(one => one.Cycle)),
                Array(NpgsqlDbType.Text, sorted.Select(one => one.Currency)), Array(NpgsqlDbType.Text, sorted.Select(one => one.Document)),
                Array(NpgsqlDbType.Text, claims.Select(one => one.Invoice.Tenant.Value)), Array(NpgsqlDbType.Text, claims.Select(one => one.Snapshot.Subscription.Value)),
                Array(NpgsqlDbType.Integer, claims.Select(one => one.Snapshot.Period)), Array(NpgsqlDbType.Text, claims.Select(one => one.Snapshot.Kind)),
                Array(NpgsqlDbType.Bigint, claims.Select(one => one.Invoice.Number)), Array(NpgsqlDbType.Integer, claims.Select(one => one.Ordinal)),
                Date(await PeriodAsync(cancellation)), Array(NpgsqlDbType.Text, messages.Select(one => one.Topic)), Array(NpgsqlDbType.Text, messages.Select(one => one.Document)),
            ],
            cancellation,
            isLarge: claims.Count > Limits.InvoiceSectionsKeptMax);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredInvoice> ReadInvoicesAsync(TenantId tenant, AccountId? account, CancellationToken cancellation) => account is { } of
        ? Database.ReadAsync(SelectInvoices + " AND i.account = $2 ORDER BY i.number", [Text(tenant.Value), Text(of.Value)], Invoice, cancellation)
        : Database.ReadAsync(SelectInvoices + " ORDER BY i.number", [Text(tenant.Value)], Invoice, cancellation);

    /// <inheritdoc/>
    public async Task<StoredInvoice?> ReadInvoiceAsync(TenantId tenant, long number, CancellationToken cancellation)
    {
        var found = await Database.ListAsync(SelectInvoices + " AND i.number = $2", [Text(tenant.Value), Long(number)], Invoice, cancellation);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredAlert>> SaveAlertsAsync(IReadOnlyList<StoredAlert> alerts, CancellationToken cancellation)
    {
        const string save = """
            WITH made AS (
                INSERT INTO alert (tenant, subscription, period, alert, threshold, step, document) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT DO NOTHING RETURNING *
            ), numbered AS (
                UPDATE outbox_number SET last = last + (SELECT count(*) FROM made) WHERE EXISTS (SELECT FROM made) RETURNING last - (SELECT count(*) FROM made) AS before
            ), sent AS (
                INSERT INTO outbox (period, id, topic, document)
                SELECT $8, before + row_number() OVER (ORDER BY tenant, subscription, made.period, alert, threshold, step), $9, document FROM numbered, made
            )
            SELECT coalesce(array_agg(place), '{}') FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS w (tenant, subscription, period, alert, threshold, step, place)
            JOIN made USING (tenant, subscription, period, alert, threshold, step)
            """;
        // In one order, so that two who save the same ones wait for each other and never in a circle.
        var sorted = alerts.OrderBy(one => one.Tenant.Value, StringComparer.Ordinal).ThenBy(one => one.Subscription.Value, StringComparer.Ordinal).ThenBy(one => one.Period)
            .ThenBy(one => one.Alert, StringComparer.Ordinal).ThenBy(one => one.Threshold, StringComparer.Ordinal).ThenBy(one => one.Step).ToList();
        var made = await Database.WriteAsync(
            save,
            [
                Array(NpgsqlDbType.Text, sorted.Select(one => one.Tenant.Value)), Array(NpgsqlDbType.Text, sorted.Select(one => one.Subscription.Value)), Array(NpgsqlDbType.Integer, sorted.Select(one => one.Period)),
                Array(NpgsqlDbType.Text, sorted.Select(one => one.Alert)), Array(NpgsqlDbType.Text, sorted.Select(one => one.Threshold)), Array(NpgsqlDbType.Integer, sorted.Select(one => one.Step)),
                Array(NpgsqlDbType.Text, sorted.Select(one => one.Document)), Date(await PeriodAsync(cancellation)), Text(StoredAlert.Topic),
            ],
            static row => row.GetFieldValue<long[]>(0),
            cancellation);
        return [.. made.Order().Select(place => sorted[(int)place - 1])];
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredAlert> ReadAlertsAsync(TenantId tenant, SubscriptionId? subscription, CancellationToken cancellation)
    {
        const string all = "SELECT tenant, subscription, period, alert, threshold, step, document FROM alert WHERE tenant = $1";
        const string order = " ORDER BY subscription, period, alert, threshold, step";
        return subscription is { } of ? Database.ReadAsync(all + " AND subscription = $2" + order, [Text(tenant.Value), Text(of.Value)], Alert, cancellation) : Database.ReadAsync(all + order, [Text(tenant.Value)], Alert, cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<OutboxMessage> ReadOutboxAsync(long after, CancellationToken cancellation) => Database.ReadAsync(
        "SELECT id, topic, document FROM outbox WHERE id > $1 ORDER BY id",
        [Long(after)],
        static row => new OutboxMessage(row.GetInt64(0), row.GetString(1), row.GetString(2)),
        cancellation);

    /// <inheritdoc/>
    public async Task<long> HandedOffAsync(string stream, CancellationToken cancellation)
    {
        var found = await Database.ListAsync("SELECT position FROM handed_off WHERE stream = $1", [Text(stream)], static row => row.GetInt64(0), cancellation);
        return found.Count == 0 ? 0 : found[0];
    }

    /// <inheritdoc/>
    public async Task HandOffAsync(string stream, long from, long to, CancellationToken cancellation)
    {
        var moved = from == 0
            ? await Database.WriteAsync("INSERT INTO handed_off (stream, position) VALUES ($1, $2) ON CONFLICT DO NOTHING", [Text(stream), Long(to)], cancellation)
            : await Database.WriteAsync("UPDATE handed_off SET position = $2 WHERE stream = $1 AND position = $3", [Text(stream), Long(to), Long(from)], cancellation);
        if (moved == 0) throw new StaleWriterException($"{stream} is not handed over up to {from}: another hands it over, too.");
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<VerdictCount>> ReadVerdictsAsync(CancellationToken cancellation) => Database.ListAsync(
        """
        SELECT tenant, source, ingest_hour, verdict, reason, sum(count)::bigint FROM verdict
        GROUP BY tenant, source, ingest_hour, verdict, reason HAVING sum(count) <> 0
        """,
        [],
        static row => new VerdictCount(new TenantId(row.GetString(0)), row.GetString(1), row.GetInt64(2), (Verdict)row.GetInt16(3), (VerdictReason)row.GetInt16(4), row.GetInt64(5)),
        cancellation);

    /// <inheritdoc/>
    public Task SaveImportAsync(ImportedFile file, CancellationToken cancellation) => Database.WriteAsync(
        """
        INSERT INTO import (tenant, content_hash, name, row_count, imported_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, content_hash) DO UPDATE SET name = excluded.name, row_count = excluded.row_count, imported_at = excluded.imported_at
        """,
        [Text(file.Tenant.Value), Text(file.ContentHash), Text(file.Name), Long(file.Rows), Time(file.At)],
        cancellation);

    /// <inheritdoc/>
    public async Task<ImportedFile?> FindImportAsync(TenantId tenant, string contentHash, CancellationToken cancellation)
    {
        var found = await Database.ListAsync(
            "SELECT tenant, content_hash, name, row_count, imported_at FROM import WHERE tenant = $1 AND content_hash = $2",
            [Text(tenant.Value), Text(contentHash)],
            static row => new ImportedFile(new TenantId(row.GetString(0)), row.GetString(1), row.GetString(2), row.GetInt64(3), Time(row.GetString(4))),
            cancellation);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private const string SelectInvoices = """
        SELECT i.tenant, i.account, i.cycle, i.currency, i.number, i.document,
            ARRAY (SELECT subscription FROM invoice_snapshot s WHERE s.tenant = i.tenant AND s.number = i.number ORDER BY ordinal),
            ARRAY (SELECT kind FROM invoice_snapshot s WHERE s.tenant = i.tenant AND s.number = i.number ORDER BY ordinal),
            ARRAY (SELECT period FROM invoice_snapshot s WHERE s.tenant = i.tenant AND s.number = i.number ORDER BY ordinal)
        FROM invoice i WHERE i.tenant = $1
        """;

    // The month whose tables take what is written now. They were made a month ahead, unless nothing ran then; asked once per month and process.
    private async ValueTask<DateOnly> PeriodAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var period = new DateOnly(now.Year, now.Month, 1);
        if (_periods.ContainsKey(period)) return period;
        await Database.WriteAsync("SELECT ensure_period($1)", [Date(period)], static _ => 0, cancellation);
        _periods[period] = true;
        return period;
    }

    private async Task<StaleWriterException> StaleAsync(Checkpoint checkpoint, CancellationToken cancellation)
    {
        var found = await Database.ListAsync(
            "SELECT epoch, checkpoint, next_position FROM partition WHERE id = $1",
            [Int(checkpoint.Partition)],
            static row => (Epoch: row.GetInt64(0), Checkpoint: row.GetInt64(1), NextPosition: row.GetInt64(2)),
            cancellation);
        if (found.Count == 0) return new($"Partition {checkpoint.Partition}: nobody has taken it over.");
        return found[0].Epoch != checkpoint.Epoch
            ? new($"Partition {checkpoint.Partition}: epoch {checkpoint.Epoch} is over, the owner has {found[0].Epoch}.")
            : new($"Partition {checkpoint.Partition}: checkpoint {checkpoint.Number} at position {checkpoint.FirstPosition} does not follow {found[0].Checkpoint} at {found[0].NextPosition}.");
    }

    // The bytes of a block that is passed over never leave the database. Blocks do not change, so several reads see what one would.
    private async IAsyncEnumerable<LedgerBlock> ChosenAsync(int partition, string directories, NpgsqlParameter[] asked, IReadOnlySet<int> directory, [EnumeratorCancellation] CancellationToken cancellation)
    {
        const string selectSome = "SELECT checkpoint, directory, bytes, last_day FROM ledger_block WHERE partition = $1 AND checkpoint = ANY ($2) ORDER BY checkpoint";
        var chosen = new List<long>();
        await foreach (var checkpoint in Database.ReadAsync(directories, asked, row => Directory(row.GetFieldValue<byte[]>(1)).Any(directory.Contains) ? row.GetInt64(0) : 0, cancellation))
            if (checkpoint != 0) chosen.Add(checkpoint);
        foreach (var some in chosen.Chunk(LedgerBlocksPerRead))
            await foreach (var block in Database.ReadAsync(selectSome, [Int(partition), Array(NpgsqlDbType.Bigint, some)], Ledger, cancellation)) yield return block;
    }

    private static IdBlock Ids(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2));

    private static LedgerBlock Ledger(NpgsqlDataReader row) => new(row.GetInt64(0), Directory(row.GetFieldValue<byte[]>(1)), row.GetFieldValue<byte[]>(2), row.GetInt32(3));

    private static StoredSnapshot Snapshot(NpgsqlDataReader row) =>
        new(new TenantId(row.GetString(0)), new SubscriptionId(row.GetString(1)), row.GetString(2), row.GetInt32(3), new AccountId(row.GetString(4)), row.GetString(5));

    private static StoredAlert Alert(NpgsqlDataReader row) =>
        new(new TenantId(row.GetString(0)), new SubscriptionId(row.GetString(1)), row.GetInt32(2), row.GetString(3), row.GetString(4), row.GetInt32(5), row.GetString(6));

    private static StoredInvoice Invoice(NpgsqlDataReader row)
    {
        var (subscriptions, kinds, periods) = (row.GetFieldValue<string[]>(6), row.GetFieldValue<string[]>(7), row.GetFieldValue<int[]>(8));
        var snapshots = subscriptions.Select((subscription, place) => (new SubscriptionId(subscription), kinds[place], periods[place])).ToList();
        return new StoredInvoice(new TenantId(row.GetString(0)), new AccountId(row.GetString(1)), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetString(5), snapshots);
    }

    private static int[] Directory(byte[] bytes)
    {
        var hashes = new int[bytes.Length / sizeof(int)];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i * sizeof(int)));
        return hashes;
    }

    private static byte[] Directory(IReadOnlyList<int> directory)
    {
        var bytes = new byte[directory.Count * sizeof(int)];
        for (var i = 0; i < directory.Count; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), directory[i]);
        return bytes;
    }

    private static byte[] Whole(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : bytes.ToArray();

    private static Instant Time(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    private static NpgsqlParameter Time(Instant time) => Text(InstantPattern.ExtendedIso.Format(time));

    private static NpgsqlParameter Text(string text) => Of(NpgsqlDbType.Text, text);

    private static NpgsqlParameter Int(int? number) => Of(NpgsqlDbType.Integer, number);

    private static NpgsqlParameter Long(long? number) => Of(NpgsqlDbType.Bigint, number);

    private static NpgsqlParameter Date(DateOnly day) => Of(NpgsqlDbType.Date, day);

    private static NpgsqlParameter Bytes(ReadOnlyMemory<byte>? bytes) => Of(NpgsqlDbType.Bytea, bytes);

    private static NpgsqlParameter Array<T>(NpgsqlDbType of, IEnumerable<T> values) => Of(NpgsqlDbType.Array | of, values.ToArray());

    private static NpgsqlParameter Of(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
