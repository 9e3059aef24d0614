using System.Diagnostics;
using Npgsql;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Store;
using Rating.Postgres;
using Rating.TestKit;

namespace Rating.Tests.Contracts;

[NeedsPostgres]
[Collection(PostgresCollection.Name)]
public sealed class PostgresRatingStoreTests(PostgresServer postgres) : DurableRatingStoreContract
{
    private static readonly TimeSpan TakeOverMax = TimeSpan.FromSeconds(3);
    private string _database = "";

    private ThrowAwayPostgres Server => postgres.Server;

    private PostgresRatingStore Postgres => (PostgresRatingStore)Store;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        postgres.ReturnDatabase(_database);
    }

    [Theory]
    [InlineData("UPDATE snapshot SET document = 'forged'")]
    [InlineData("UPDATE snapshot SET account = 'other'")]
    [InlineData("DELETE FROM snapshot")]
    [InlineData("TRUNCATE snapshot CASCADE")]
    [InlineData("UPDATE invoice SET document = 'forged'")]
    [InlineData("UPDATE invoice SET number = 7")]
    [InlineData("DELETE FROM invoice")]
    [InlineData("TRUNCATE invoice CASCADE")]
    [InlineData("UPDATE invoice_snapshot SET number = 7")]
    [InlineData("DELETE FROM invoice_snapshot")]
    [InlineData("TRUNCATE invoice_snapshot")]
    [InlineData("UPDATE book SET document = 'forged'")]
    [InlineData("DELETE FROM book")]
    [InlineData("TRUNCATE book")]
    public async Task What_is_final_cannot_be_changed_even_by_the_superuser(string sql)
    {
        await Store.AppendBookAsync(new(1, North, Morning, "{}"), default);
        await Store.SaveSnapshotsAsync(null, [Snapshot("a", "period", 1)], default);
        await Store.SaveInvoicesAsync([Invoice(1, "2026-04-01", ("a", "period", 1))], [], default);
        var error = Assert.Throws<PostgresException>(() => Server.Run(_database, $"SET search_path = rating; {sql}"));
        Assert.Contains("immutable", error.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE TABLE rating.mine (id int)")]
    [InlineData("CREATE SCHEMA mine")]
    [InlineData("DROP TABLE outbox")]
    [InlineData("ALTER TABLE book ADD mine int")]
    [InlineData("ALTER TABLE snapshot DISABLE TRIGGER ALL")]
    [InlineData("CREATE INDEX ON book (tenant)")]
    [InlineData("TRUNCATE verdict")]
    [InlineData("DELETE FROM checkpoint")]
    [InlineData("UPDATE checkpoint SET next_position = 0")]
    [InlineData("DELETE FROM ledger_block")]
    [InlineData("UPDATE ledger_block SET bytes = ''")]
    [InlineData("DELETE FROM id_block")]
    [InlineData("DELETE FROM snapshot")]
    [InlineData("DELETE FROM invoice")]
    [InlineData("UPDATE setting SET document = ''")]
    [InlineData("INSERT INTO schema_version VALUES (99)")]
    [InlineData("SELECT drop_periods('outbox', '2020-01-01')")]
    [InlineData("SET ROLE rating_owner")]
    [InlineData("SET ROLE postgres")]
    public async Task The_application_has_no_DDL_and_changes_only_what_is_meant_to_move(string sql)
    {
        await using var connection = await Postgres.Database.ConnectAsync(default);
        await using var command = new NpgsqlCommand(sql, connection);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState);
    }

    [Theory]
    [InlineData("INSERT INTO book (sequence, tenant, recorded_at, document) VALUES (1, '', '', '')")]
    [InlineData("UPDATE partition SET epoch = 9")]
    [InlineData("DELETE FROM state_block")]
    [InlineData("SELECT ensure_period('2020-01-01')")]
    public void The_reading_role_only_reads(string sql)
    {
        Assert.Equal(0L, Server.Run(_database, "SET ROLE rating_read; SELECT count(*) FROM rating.book"));
        var error = Assert.Throws<PostgresException>(() => Server.Run(_database, $"SET ROLE rating_read; SET search_path = rating; {sql}"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task Every_connection_has_the_role_and_the_time_outs()
    {
        await using var connection = await Postgres.Database.ConnectAsync(default);
        foreach (var (name, expected) in new[]
        {
            ("role", "rating_app"), ("statement_timeout", "30s"), ("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "2s"),
            ("default_transaction_isolation", "read committed"), ("synchronous_commit", "on"), ("search_path", "rating"), ("fsync", "on"),
        })
        {
            await using var command = new NpgsqlCommand($"SHOW {name}", connection);
            Assert.Equal(expected, await command.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task An_owner_that_froze_inside_a_transaction_holds_a_take_over_up_for_less_than_3_seconds()
    {
        var old = await Store.TakeOverAsync(0, default);
        await using var frozen = await Postgres.Database.ConnectAsync(default); // set up as the store's own, and used as an owner that stops half-way
        await using (var command = new NpgsqlCommand("BEGIN; UPDATE partition SET checkpoint = 1 WHERE id = 0", frozen)) await command.ExecuteNonQueryAsync();
        var watch = Stopwatch.StartNew();
        var place = await Store.TakeOverAsync(0, default);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TakeOverMax);
        Assert.Equal(new PartitionPlace(old.Epoch + 1, 0, 0, 0), place);
        await using var late = new NpgsqlCommand("COMMIT", frozen);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => late.ExecuteNonQueryAsync()); // awake again: its transaction is gone
        Assert.Empty(await ListAsync(Store.ReadJournalAsync(0, default)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    [InlineData(700_000)]
    [InlineData(1_000_000)]
    public async Task An_owner_that_froze_while_it_sent_a_checkpoint_holds_nothing(long bytes)
    {
        await using var proxy = new TcpProxy(Server.Port);
        await using var owner = await OpenAsync(_database, proxy.Port);
        var old = await owner.TakeOverAsync(0, default);
        proxy.FreezeNextRequestAfter(bytes);
        using var waking = new CancellationTokenSource();
        var commit = owner.CommitAsync(Large(1, old.Epoch, 0, 10), waking.Token);
        await proxy.Happened;
        var watch = Stopwatch.StartNew();
        var place = await Store.TakeOverAsync(0, default);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TakeOverMax);
        await Store.CommitAsync(Plain(0, place.Epoch, 1, 0, 10), default);
        proxy.Cut();
        await Assert.ThrowsAsync<Unavailable>(() => commit);
        Assert.Equal(place.Epoch, Assert.Single(await ListAsync(Store.ReadJournalAsync(0, default))).Epoch);
    }

    [Fact]
    public async Task A_commit_whose_reply_is_lost_is_unavailable_and_what_is_stored_is_found_again()
    {
        await using var proxy = new TcpProxy(Server.Port);
        await using var store = await OpenAsync(_database, proxy.Port);
        var place = await store.TakeOverAsync(0, default);
        await store.CommitAsync(Whole(0, place.Epoch, 1, 0, 100), default);
        proxy.LoseNextReply();
        var lost = Record.ExceptionAsync(() => store.CommitAsync(Whole(0, place.Epoch, 2, 100, 200), default));
        await proxy.Happened;
        Assert.IsType<Unavailable>(await lost);
        Assert.Equal([1L, 2], (await ListAsync(store.ReadJournalAsync(0, default))).Select(entry => entry.Number));
        Assert.Equal(new PartitionPlace(place.Epoch + 1, 2, 200, 5), await store.TakeOverAsync(0, default));
        Assert.Equal(2 * 98, (await store.ReadVerdictsAsync(default)).Max(count => count.Count)); // once each: it was not sent again
        await store.CommitAsync(Whole(0, place.Epoch + 1, 3, 200, 300), default);
    }

    [Fact]
    public async Task A_commit_that_never_arrived_is_unavailable_too_and_stored_nothing()
    {
        await using var proxy = new TcpProxy(Server.Port);
        await using var store = await OpenAsync(_database, proxy.Port);
        var place = await store.TakeOverAsync(0, default);
        proxy.LoseNextRequest();
        await Assert.ThrowsAsync<Unavailable>(() => store.CommitAsync(Whole(0, place.Epoch, 1, 0, 100), default));
        await proxy.Happened;
        Assert.Equal(new PartitionPlace(place.Epoch + 1, 0, 0, 0), await store.TakeOverAsync(0, default));
    }

    [Fact]
    public async Task A_look_up_of_an_id_takes_no_longer_than_a_write_may_however_long_reads_may_take()
    {
        await using var proxy = new TcpProxy(Server.Port);
        await using var store = await PostgresRatingStore.OpenAsync(postgres.Settings(_database, proxy.Port) with { WriteTimeout = TimeSpan.FromSeconds(1), ReadTimeout = TimeSpan.FromMinutes(30) }, TimeProvider.System, default);
        await Until.AvailableAsync("a connection for reads is open", () => store.PlaceOfAsync(0, default));
        proxy.FreezeNextRequestAfter(0);
        // On a thread of its own, as a partition's: with the patience of reads it would come after half an hour.
        await Assert.ThrowsAsync<Unavailable>(() => Task.Run(() => store.ReadIdBlock(0, 1)).WaitAsync(Until.Patience));
    }

    [Fact]
    public async Task Invoices_whose_reply_is_lost_are_stored_once()
    {
        await using var proxy = new TcpProxy(Server.Port);
        await using var store = await OpenAsync(_database, proxy.Port);
        await store.SettingsAsync("", default);
        proxy.LoseNextReply();
        await Assert.ThrowsAsync<Unavailable>(() => store.SaveInvoicesAsync([Invoice(1, "1")], [new OutboxMessage(0, "invoice", "1")], default));
        Assert.Equal(1, await store.LastInvoiceNumberAsync(North, default));
        Assert.Single(await ListAsync(store.ReadOutboxAsync(0, default)));
        await Assert.ThrowsAsync<StaleWriterException>(() => store.SaveInvoicesAsync([Invoice(1, "1")], [new OutboxMessage(0, "invoice", "1")], default));
    }

    [Fact]
    public async Task A_database_that_crashed_and_came_back_is_used_again_without_a_new_process()
    {
        await Store.TakeOverAsync(0, default);
        await Store.CommitAsync(Whole(0, 1, 1, 0, 100), default);
        var before = await DumpAsync(Store);
        Server.Crash();
        await Assert.ThrowsAsync<Unavailable>(() => Store.CommitAsync(Whole(0, 1, 2, 100, 200), default));
        await Assert.ThrowsAsync<Unavailable>(() => DumpAsync(Store));
        await Assert.ThrowsAsync<Unavailable>(() => Store.TakeOverAsync(0, default));
        Server.Up();
        Assert.Equal(before, await DumpAsync(Store));
        Assert.Equal(new PartitionPlace(2, 1, 100, 5), await Store.TakeOverAsync(0, default));
        await Store.CommitAsync(Whole(0, 2, 2, 100, 200), default);
    }

    [Fact]
    public async Task A_table_that_another_locks_is_unavailable_after_the_lock_time_out()
    {
        await using var store = await PostgresRatingStore.OpenAsync(postgres.Settings(_database) with { LockTimeout = TimeSpan.FromMilliseconds(200) }, TimeProvider.System, default);
        await Store.TakeOverAsync(0, default);
        await using (var other = Server.Connect(_database))
        {
            await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE rating.partition", other);
            await command.ExecuteNonQueryAsync();
            await Assert.ThrowsAsync<Unavailable>(() => store.CommitAsync(Whole(0, 1, 1, 0, 100), default));
            await Assert.ThrowsAsync<Unavailable>(() => store.TakeOverAsync(0, default));
            using var impatient = new CancellationTokenSource();
            var waiting = Store.TakeOverAsync(0, impatient.Token); // would wait for 5 s
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        // What was given up may still reach the server when the table is free: so the epoch is asked for, and checkpoint 1 is still to come.
        await Store.CommitAsync(Whole(0, (await Store.TakeOverAsync(0, default)).Epoch, 1, 0, 100), default);
    }

    [Fact]
    public async Task An_invoice_of_very_many_snapshots_may_take_longer_than_other_writes()
    {
        await using var store = await PostgresRatingStore.OpenAsync(postgres.Settings(_database) with { WriteTimeout = TimeSpan.FromSeconds(1), LockTimeout = TimeSpan.FromMinutes(1) }, TimeProvider.System, default);
        List<StoredSnapshot> snapshots = [.. Enumerable.Range(0, Limits.InvoiceSectionsKeptMax + 1).Select(i => new StoredSnapshot(North, new SubscriptionId($"s{i}"), "period", 1, Bakery, "{}"))];
        await Store.SaveSnapshotsAsync(null, snapshots, default);
        await using var other = Server.Connect(_database);
        await using var hold = new NpgsqlCommand("BEGIN; UPDATE rating.outbox_number SET last = last", other);
        await hold.ExecuteNonQueryAsync();
        OutboxMessage[] message = [new(0, "invoice", "1")];
        var large = store.SaveInvoicesAsync([Invoice(1, "1", [.. snapshots.Select(snapshot => (snapshot.Subscription.Value, snapshot.Kind, snapshot.Period))])], message, default);
        // Both wait for the same row. When the other one's time is over, so is more than that of the large one, which began before.
        await Assert.ThrowsAsync<Unavailable>(() => store.SaveInvoicesAsync([Invoice(2, "2")], message, default));
        await using var release = new NpgsqlCommand("COMMIT", other);
        await release.ExecuteNonQueryAsync();
        await large;
        Assert.Equal(1, await store.LastInvoiceNumberAsync(North, default));
    }

    [Fact]
    public async Task A_pool_that_is_used_up_is_unavailable_and_the_store_goes_on_when_it_is_not()
    {
        await using var store = await PostgresRatingStore.OpenAsync(postgres.Settings(_database) with { WriteConnectionsMax = 1, ConnectTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System, default);
        var place = await Until.AvailableAsync("its only connection is open", () => store.TakeOverAsync(0, default));
        await using (await store.Database.ConnectAsync(default))
            await Assert.ThrowsAsync<Unavailable>(() => store.TakeOverAsync(0, default));
        Assert.Equal(place.Epoch + 1, (await store.TakeOverAsync(0, default)).Epoch);
    }

    [Fact]
    public async Task Of_16_nodes_that_start_on_an_empty_database_one_writes_the_first_checkpoint_of_each_partition()
    {
        var empty = Server.CreateDatabase();
        var stores = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(() => PostgresRatingStore.OpenAsync(postgres.Settings(empty) with { WriteConnectionsMax = 4 }, TimeProvider.System, default))));
        var acknowledged = await Task.WhenAll(stores.Select((store, node) => Task.Run(async () =>
        {
            var mine = 0;
            for (var partition = 0; partition < PartitionCount; partition++)
            {
                var place = await store.TakeOverAsync(partition, default);
                try
                {
                    await store.CommitAsync(Whole(partition, place.Epoch, 1, 0, 100) with { Commands = $"[{node}]" }, default);
                    mine++;
                }
                catch (StaleWriterException)
                {
                    // Another node has it.
                }
            }

            return mine;
        })));
        Assert.Equal(PartitionCount, acknowledged.Sum());
        for (var partition = 0; partition < PartitionCount; partition++)
            Assert.Single(await ListAsync(stores[0].ReadJournalAsync(partition, default)));
        foreach (var store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task A_write_that_is_refused_half_way_leaves_nothing()
    {
        foreach (var partition in new[] { 1, 2 })
        {
            await Store.TakeOverAsync(partition, default);
            await Store.CommitAsync(Whole(partition, 1, 1, 0, 100), default);
        }

        var twice = Whole(1, 1, 2, 100, 200) with { Ids = new IdBlock(1, 1, Bytes("again")) };
        var orphan = Whole(2, 1, 2, 100, 200) with { Ids = new IdBlock(77, 1, Bytes("orphan")) };
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.CommitAsync(twice, default));
        await Assert.ThrowsAsync<InvariantBrokenException>(() => Store.CommitAsync(orphan, default));
        foreach (var partition in new[] { 1, 2 })
        {
            Assert.Single(await ListAsync(Store.ReadJournalAsync(partition, default)));
            Assert.Single(await ListAsync(Store.ReadStateAsync(partition, default)));
            Assert.Single(await ListAsync(Store.ReadLedgerAsync(partition, 0, null, default)));
            Assert.Equal(new PartitionPlace(2, 1, 100, 5), await Store.TakeOverAsync(partition, default));
        }
    }

    [Fact]
    public async Task Blocks_before_a_base_are_deleted_with_it()
    {
        await Store.TakeOverAsync(0, default);
        for (var number = 1; number <= 4; number++)
            await Store.CommitAsync(Plain(0, 1, number, 0, 0) with { State = new StateBlock(number, number == 3, Bytes($"{number}")) }, default);
        Assert.Equal(2L, Server.Run(_database, "SELECT count(*) FROM rating.state_block"));
    }

    [Fact]
    public async Task A_ledger_block_from_before_days_were_stored_is_never_passed_over()
    {
        await Store.TakeOverAsync(0, default);
        await Store.CommitAsync(Plain(0, 1, 1, 0, 0) with { Ledger = new LedgerBlock(1, [2], Bytes("old"), 100) }, default);
        Server.Run(
            _database, "ALTER TABLE rating.ledger_block DROP COLUMN last_day; ALTER TABLE rating.partition DROP COLUMN suspense_from; ALTER TABLE rating.snapshot DROP COLUMN known; DELETE FROM rating.schema_version WHERE version > 4");
        await using var store = Reopen();
        await store.CommitAsync(Plain(0, 1, 2, 0, 0) with { Ledger = new LedgerBlock(2, [2], Bytes("new"), 101) }, default);
        Assert.Equal(["old"], (await ListAsync(store.ReadLedgerSinceAsync(0, 102, new HashSet<int> { 2 }, default))).Select(block => Text(block.Bytes)));
    }

    [Fact]
    public async Task A_month_has_its_own_tables_which_are_found_without_a_name_and_dropped_whole()
    {
        var clock = new SetTime(new DateTimeOffset(2024, 1, 31, 23, 59, 59, TimeSpan.Zero));
        await using var store = await PostgresRatingStore.OpenAsync(postgres.Settings(_database), clock, default);
        await store.TakeOverAsync(0, default);
        await store.CommitAsync(Whole(0, 1, 1, 0, 100), default);
        await store.SaveInvoicesAsync([Invoice(1, "1")], [new OutboxMessage(0, "invoice", "1"), new OutboxMessage(0, "invoice", "2")], default);
        clock.Now = new DateTimeOffset(2024, 2, 1, 0, 0, 0, TimeSpan.Zero);
        await store.CommitAsync(Whole(0, 1, 2, 100, 200), default);
        clock.Now = new DateTimeOffset(2024, 7, 1, 0, 0, 0, TimeSpan.Zero); // nothing ran for months
        await store.CommitAsync(Whole(0, 1, 3, 200, 300), default);
        foreach (var month in new[] { "2024_01", "2024_02", "2024_07" })
            foreach (var family in new[] { "ledger_block", "id_block" })
                Assert.Equal(1L, Server.Run(_database, $"SELECT count(*) FROM rating.{family}_{month}"));
        Assert.Equal(3, (await ListAsync(store.ReadLedgerAsync(0, 0, new HashSet<int> { 3 }, default))).Count);
        Assert.Equal("ids 2", Text(store.ReadIdBlock(0, 2)!.Bytes));
        Assert.Equal("e", Server.Run(_database, "SELECT attstorage::text FROM pg_attribute WHERE attrelid = 'rating.ledger_block_2024_01'::regclass AND attname = 'bytes'"));

        Assert.Equal(1, Server.Run(_database, "SET ROLE rating_owner; SELECT rating.drop_periods('id_block', '2024-02-01')"));
        Assert.Equal([2L, 3], (await ListAsync(store.ReadIdsAsync(0, 0, default))).Select(block => block.Checkpoint));
        Assert.Equal(2, Server.Run(_database, "SELECT rating.drop_periods('ledger_block', '2024-03-15')")); // what ends on or before that day
        Assert.Equal([3L], (await ListAsync(store.ReadLedgerAsync(0, 0, null, default))).Select(block => block.Checkpoint));
        Assert.Equal(2, (await ListAsync(store.ReadOutboxAsync(0, default))).Count);
        await store.HandOffAsync("outbox", 0, 1, default);
        Assert.Contains("1 messages before", Assert.Throws<PostgresException>(() => Server.Run(_database, "SELECT rating.drop_periods('outbox', '2024-02-01')")).MessageText, StringComparison.Ordinal);
        await store.HandOffAsync("outbox", 1, 2, default);
        Server.Run(_database, "SELECT rating.drop_periods('outbox', '2024-02-01')");
        Assert.Empty(await ListAsync(store.ReadOutboxAsync(0, default)));
        Assert.Throws<PostgresException>(() => Server.Run(_database, "SELECT rating.drop_periods('ledger_block', now()::date)"));
        Assert.Throws<PostgresException>(() => Server.Run(_database, "SELECT rating.drop_periods('id_block', (now() - interval '30 days')::date)"));
        await store.CommitAsync(Whole(0, 1, 4, 300, 400), default);
        await store.SaveInvoicesAsync([Invoice(2, "2")], [new OutboxMessage(0, "invoice", "2")], default);
        Assert.Equal(3, Assert.Single(await ListAsync(store.ReadOutboxAsync(0, default))).Id); // an id is never given twice
    }

    [Fact]
    public async Task The_ledger_that_usage_in_suspense_is_rated_from_is_not_dropped()
    {
        var clock = new SetTime(new DateTimeOffset(2024, 1, 15, 0, 0, 0, TimeSpan.Zero));
        await using var store = await PostgresRatingStore.OpenAsync(postgres.Settings(_database), clock, default);
        await store.TakeOverAsync(0, default);
        await store.TakeOverAsync(1, default); // has no ledger
        await store.CommitAsync(Whole(0, 1, 1, 0, 100) with { SuspenseFrom = 1 }, default);
        clock.Now = new DateTimeOffset(2024, 6, 15, 0, 0, 0, TimeSpan.Zero);
        await store.CommitAsync(Whole(0, 1, 2, 100, 200) with { SuspenseFrom = 1 }, default);
        Assert.Contains("in suspense since 2024-01-01", Refused("2024-02-01"), StringComparison.Ordinal);

        // What remains came in June: April and May may have what it repeats.
        await store.CommitAsync(Whole(0, 1, 3, 200, 300) with { SuspenseFrom = 2 }, default);
        Assert.Contains("in suspense since 2024-06-01", Refused("2024-05-01"), StringComparison.Ordinal);
        Server.Run(_database, "SELECT rating.drop_periods('ledger_block', '2024-04-30')");
        Assert.Equal([2L, 3], (await ListAsync(store.ReadLedgerAsync(0, 0, null, default))).Select(block => block.Checkpoint));

        await store.CommitAsync(Whole(0, 1, 4, 300, 400), default);
        Server.Run(_database, "SELECT rating.drop_periods('ledger_block', '2024-08-01')");
        Assert.Empty(await ListAsync(store.ReadLedgerAsync(0, 0, null, default)));
        // As an upgrade leaves it: everything may be in suspense.
        Server.Run(_database, "UPDATE rating.partition SET suspense_from = DEFAULT");
        Assert.Contains("in suspense since 2024-01-01", Refused("2024-08-01"), StringComparison.Ordinal);

        string Refused(string before) => Assert.Throws<PostgresException>(() => Server.Run(_database, $"SELECT rating.drop_periods('ledger_block', '{before}')")).MessageText;
    }

    [Fact]
    public async Task Snapshots_are_in_the_order_of_their_bytes_whatever_the_database_sorts_by()
    {
        var german = Server.CreateDatabase("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'");
        await using var store = await PostgresRatingStore.OpenAsync(postgres.Settings(german), TimeProvider.System, default);
        await store.SaveSnapshotsAsync(null, [Snapshot("ä", "period", 1), Snapshot("a", "period", 1), Snapshot("B", "period", 1), Snapshot("a-b", "period", 1), Snapshot("ab", "period", 1)], default);
        Assert.Equal(["B", "a", "a-b", "ab", "ä"], (await ListAsync(store.ReadSnapshotsAsync(North, null, null, default))).Select(snapshot => snapshot.Subscription.Value));
    }

    protected override IRatingStore Make()
    {
        _database = postgres.TakeDatabase();
        return OpenAsync(_database).GetAwaiter().GetResult();
    }

    protected override IRatingStore Reopen() => OpenAsync(_database).GetAwaiter().GetResult();

    /// <summary>The crash itself, rather than a copy of what it would leave: the open store finds its connections dead.</summary>
    protected override IRatingStore OpenAfterCrash()
    {
        Server.Crash();
        Server.Up();
        Assert.Throws<Unavailable>(() => Store.ReadIdBlock(0, 1));
        return OpenAsync(_database).GetAwaiter().GetResult();
    }

    private async Task<PostgresRatingStore> OpenAsync(string database, int? port = null) => await PostgresRatingStore.OpenAsync(postgres.Settings(database, port), TimeProvider.System, default);

    private static Checkpoint Large(long number, long epoch, long first, long next)
    {
        var random = new Random(1);
        byte[] Some(int size)
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            return bytes;
        }

        return Whole(0, epoch, number, first, next) with
        {
            State = new StateBlock(number, false, Some(100_000)), Ledger = new LedgerBlock(number, [.. Enumerable.Range(0, 2_000)], Some(1_000_000)), Ids = new IdBlock(number, 20_514, Some(300_000)),
        };
    }

    private sealed class SetTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
