using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Sqlite;

namespace Rating.Tests.Contracts;

public sealed class SqliteUsageLogTests : DurableUsageLogContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Another_number_of_partitions_is_refused()
    {
        await Log.DisposeAsync();
        var refused = Assert.Throws<Refused>(() => SqliteUsageLog.Open(File, PartitionCount + 1));
        Assert.Equal("data.partitions", refused.Code);
        Assert.Contains("4 partitions", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await Log.DisposeAsync();
        using (var database = new Database(File)) database.Run("INSERT INTO schema_version VALUES (99)");
        Assert.Equal("data.newer", Assert.Throws<Refused>(Reopen).Code);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        await System.IO.File.WriteAllTextAsync(_folder.File("other.db"), new string('x', 10_000));
        Assert.Equal("data.damaged", Assert.Throws<Refused>(() => SqliteUsageLog.Open(_folder.File("other.db"), 4)).Code);
    }

    [Fact]
    public async Task A_partition_that_does_not_exist_is_refused_before_anything_is_written()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Log.AppendAsync([Record(0, "a"), Record(PartitionCount, "b")], default));
        Assert.Equal(0, await Log.EndAsync(0, default));
    }

    [Fact]
    public async Task A_full_disk_acknowledges_nothing_and_the_log_goes_on_once_there_is_space()
    {
        await Log.AppendAsync([Record(0, "before")], default);
        ((SqliteUsageLog)Log).PagesMax = 1; // SQLite takes the pages that there are
        var wait = Log.WaitAsync(1, 0, default);
        await Assert.ThrowsAsync<Unavailable>(() => Log.AppendAsync([Record(0, "small"), .. Large(1, 100)], default));
        await Assert.ThrowsAsync<Unavailable>(() => Log.AppendAsync(Large(0, 50), default));
        Assert.Equal((1L, 0L), (await Log.EndAsync(0, default), await Log.EndAsync(1, default)));
        Assert.Equal(1, Assert.Single(await Log.ReceivedAsync(default)).Count);
        Assert.False(wait.IsCompleted);

        ((SqliteUsageLog)Log).PagesMax = 1_000_000;
        var ends = await Log.AppendAsync([Record(0, "after"), .. Large(1, 100)], default);
        Assert.Equal((2L, 100L), (ends[0], ends[1]));
        await wait;
        Assert.Equal(["before", "after"], await TextsAsync(Log, 0));
        Assert.Equal(102, Assert.Single(await Log.ReceivedAsync(default)).Count);
    }

    /// <summary>All of the writing succeeds, and only COMMIT fails: whoever is told before it has been told a lie.</summary>
    [Fact]
    public async Task A_commit_that_fails_at_its_very_end_acknowledges_nothing()
    {
        using (var database = new Database(File))
        {
            database.Run("""
                CREATE TABLE doom (version INTEGER REFERENCES schema_version (version) DEFERRABLE INITIALLY DEFERRED);
                CREATE TRIGGER doomed AFTER INSERT ON block BEGIN INSERT INTO doom VALUES (-1); END;
                """);
            await Assert.ThrowsAsync<InvariantBrokenException>(() => Log.AppendAsync([Record(0, "lost")], default));
            Assert.Equal(0, await Log.EndAsync(0, default));
            database.Run("DROP TRIGGER doomed");
        }

        Assert.Equal(1, (await Log.AppendAsync([Record(0, "kept")], default))[0]);
        Assert.Equal(["kept"], await TextsAsync(Log, 0));
    }

    [Fact]
    public async Task Appends_that_arrive_during_a_commit_share_the_next_one()
    {
        Task<IReadOnlyDictionary<int, long>>[] appends;
        using (var database = new Database(File))
        {
            database.Run("BEGIN IMMEDIATE"); // the writer waits for it
            appends = [.. Enumerable.Range(0, 200).Select(number => Log.AppendAsync([Record(0, $"{number}")], default))];
            database.Run("ROLLBACK");
        }

        Assert.Equal(Enumerable.Range(1, 200).Select(end => (long)end), (await Task.WhenAll(appends)).Select(ends => ends[0]));
        using (var database = new Database(File)) Assert.InRange((long)database.Run("SELECT count(*) FROM block")!, 1, 2);
    }

    [Fact]
    public async Task More_appends_than_the_queue_has_places_wait_for_their_turn()
    {
        Task<IReadOnlyDictionary<int, long>>[] appends;
        using (var database = new Database(File))
        {
            database.Run("BEGIN IMMEDIATE");
            appends = [.. Enumerable.Range(0, 1_000).Select(number => Log.AppendAsync([Record(0, $"{number}")], default))];
            database.Run("ROLLBACK");
        }

        await Task.WhenAll(appends);
        Assert.Equal(1_000, (await TextsAsync(Log, 0)).Distinct().Count());
    }

    [Fact]
    public async Task An_append_that_is_cancelled_in_the_queue_is_not_written()
    {
        using var source = new CancellationTokenSource();
        Task first, cancelled, last;
        using (var database = new Database(File))
        {
            database.Run("BEGIN IMMEDIATE"); // the writer waits for it
            first = Log.AppendAsync([.. Enumerable.Repeat(Record(1, "fills a commit alone"), SqliteUsageLog.CommitRecordsMax)], default);
            cancelled = Log.AppendAsync([Record(0, "cancelled")], source.Token);
            last = Log.AppendAsync([Record(0, "last")], default);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            database.Run("ROLLBACK");
        }

        await Task.WhenAll(first, last);
        Assert.Equal(["last"], await TextsAsync(Log, 0));
        Assert.Equal(SqliteUsageLog.CommitRecordsMax + 1, (await Log.ReceivedAsync(default)).Sum(count => count.Count));
    }

    [Fact]
    public async Task Blocks_that_retention_deleted_are_a_missing_range_and_positions_go_on()
    {
        await Log.AppendAsync([Record(0, "a"), Record(0, "b")], default);
        await Log.AppendAsync([Record(0, "c")], default);
        await Log.DisposeAsync();
        using (var database = new Database(File)) database.Run("DELETE FROM block WHERE first_position < 2; UPDATE partition SET start_position = 2 WHERE id = 0");
        await using (var log = Reopen())
        {
            await Assert.ThrowsAsync<LogRangeMissingException>(async () => await log.ReadAsync(0, 1, 10, default));
            Assert.Equal("c", Text(Assert.Single(await log.ReadAsync(0, 2, 10, default))));
        }

        using (var database = new Database(File)) database.Run("DELETE FROM block; UPDATE partition SET start_position = 3 WHERE id = 0");
        await using (var log = Reopen())
        {
            Assert.Empty(await log.ReadAsync(0, 3, 10, default));
            Assert.Equal(4, (await log.AppendAsync([Record(0, "d")], default))[0]);
        }
    }

    [Fact]
    public async Task A_block_that_is_gone_is_a_missing_range_never_passed_over()
    {
        foreach (var text in new[] { "a", "b", "c" }) await Log.AppendAsync([Record(0, text)], default);
        using (var database = new Database(File)) database.Run("DELETE FROM block WHERE first_position = 1");
        await Assert.ThrowsAsync<LogRangeMissingException>(async () => await Log.ReadAsync(0, 0, 10, default));
        await Assert.ThrowsAsync<LogRangeMissingException>(async () => await Log.ReadAsync(0, 1, 10, default));
    }

    [Fact]
    public async Task A_wait_for_a_position_further_on_is_not_woken_by_the_records_before_it()
    {
        var wait = Log.WaitAsync(0, 1, default);
        await Log.AppendAsync([Record(0, "a")], default);
        Assert.False(wait.IsCompleted);
        await Log.AppendAsync([Record(0, "b")], default);
        await wait;
    }

    [Fact]
    public async Task A_closed_log_ends_its_waits_and_takes_nothing()
    {
        var wait = Log.WaitAsync(0, 0, default);
        await Log.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Log.AppendAsync([Record(0, "a")], default));
        Assert.False(System.IO.File.Exists(File + "-wal")); // closed in order: everything is in one file
    }

    /// <summary>Whether a commit waits for the disk cannot be seen from outside; that SQLite was told to can.</summary>
    [Fact]
    public void A_writer_waits_for_the_disk_and_checks_foreign_keys()
    {
        using var database = new SqliteDatabase(_folder.File("other.db"), "log");
        using var session = database.OpenWriter();
        Assert.Equal((2, 1, 1), (session.Number("PRAGMA synchronous"), session.Number("PRAGMA foreign_keys"), session.Number("PRAGMA recursive_triggers")));
        using var rows = session.Query("PRAGMA journal_mode");
        Assert.True(rows.Read());
        Assert.Equal("wal", rows.GetString(0));
    }

    protected override IUsageLog Make() => SqliteUsageLog.Open(File, PartitionCount);

    protected override IUsageLog Reopen() => SqliteUsageLog.Open(File, PartitionCount);

    protected override IUsageLog OpenAfterCrash() => SqliteUsageLog.Open(_folder.CopyDatabase("log.db", "copy.db"), PartitionCount);

    private string File => _folder.File("log.db");

    private static LogAppend[] Large(int partition, int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var payload = new byte[10_000];
            random.NextBytes(payload);
            return Record(partition, "") with { Payload = payload };
        })];
    }
}
