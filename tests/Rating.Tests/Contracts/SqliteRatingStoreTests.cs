using Microsoft.Data.Sqlite;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Store;
using Rating.Sqlite;

namespace Rating.Tests.Contracts;

public sealed class SqliteRatingStoreTests : DurableRatingStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await Store.DisposeAsync();
        using (var database = new Database(File)) database.Run("INSERT INTO schema_version VALUES (99)");
        Assert.Equal("data.newer", Assert.Throws<Refused>(Reopen).Code);
    }

    [Theory]
    [InlineData("UPDATE snapshot SET document = 'forged'")]
    [InlineData("UPDATE snapshot SET account = 'other'")]
    [InlineData("DELETE FROM snapshot")]
    [InlineData("UPDATE invoice SET document = 'forged'")]
    [InlineData("UPDATE invoice SET number = 7")]
    [InlineData("DELETE FROM invoice")]
    [InlineData("UPDATE invoice_snapshot SET number = 7")]
    [InlineData("DELETE FROM invoice_snapshot")]
    [InlineData("UPDATE book SET document = 'forged'")]
    [InlineData("DELETE FROM book")]
    public async Task What_is_final_cannot_be_changed_even_by_hand(string sql)
    {
        await Store.AppendBookAsync(new(1, North, Morning, "{}"), default);
        await Store.SaveSnapshotsAsync(null, [Snapshot("a", "period", 1)], default);
        await Store.SaveInvoicesAsync([Invoice(1, "2026-04-01", ("a", "period", 1))], [], default);
        using var database = new Database(File);
        var error = Assert.Throws<SqliteException>(() => database.Run(sql));
        Assert.Matches("immutable|append-only", error.Message);
    }

    [Fact]
    public async Task A_full_disk_stores_nothing_of_a_checkpoint_and_the_store_goes_on_once_there_is_space()
    {
        await Store.TakeOverAsync(0, default);
        await Store.CommitAsync(Whole(0, 1, 1, 0, 100), default);
        var before = await DumpAsync(Store);
        ((SqliteRatingStore)Store).PagesMax = 1; // SQLite takes the pages that there are
        var large = Whole(0, 1, 2, 100, 200) with { Ledger = new LedgerBlock(2, [1], new byte[1_000_000]) };
        await Assert.ThrowsAsync<Unavailable>(() => Store.CommitAsync(large, default));
        Assert.Equal(before, await DumpAsync(Store));
        ((SqliteRatingStore)Store).PagesMax = 1_000_000;
        await Store.CommitAsync(large, default);
    }

    [Fact]
    public async Task A_write_that_is_refused_half_way_leaves_nothing_and_hurts_none_that_shares_its_commit()
    {
        for (var partition = 0; partition < 3; partition++)
        {
            await Store.TakeOverAsync(partition, default);
            await Store.CommitAsync(Whole(partition, 1, 1, 0, 100), default);
        }

        // Its journal entry, state and ledger are written before its ids turn out to be those of checkpoint 1.
        var twice = Whole(1, 1, 2, 100, 200) with { Ids = new IdBlock(1, 1, Bytes("again")) };
        // The same, for a block of a checkpoint that does not exist: no stale writer, but a fault in the program.
        var orphan = Whole(2, 1, 2, 100, 200) with { Ids = new IdBlock(77, 1, Bytes("orphan")) };
        Task good, last;
        Task<Exception?> refused, broken;
        using (var database = new Database(File))
        {
            database.Run("BEGIN IMMEDIATE"); // the writer waits, so that these share a commit
            good = Store.CommitAsync(Whole(0, 1, 2, 100, 200), default);
            refused = Record.ExceptionAsync(() => Store.CommitAsync(twice, default));
            broken = Record.ExceptionAsync(() => Store.CommitAsync(orphan, default));
            last = Store.CommitAsync(Whole(0, 1, 3, 200, 300), default);
            database.Run("ROLLBACK");
        }

        await Task.WhenAll(good, last);
        Assert.IsType<StaleWriterException>(await refused);
        Assert.IsType<InvariantBrokenException>(await broken);
        Assert.Equal(3, (await ListAsync(Store.ReadJournalAsync(0, default))).Count);
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
        using var database = new Database(File);
        Assert.Equal(2L, database.Run("SELECT count(*) FROM state_block"));
    }

    [Fact]
    public async Task A_ledger_block_from_before_days_were_stored_is_never_passed_over()
    {
        await Store.TakeOverAsync(0, default);
        await Store.CommitAsync(Plain(0, 1, 1, 0, 0) with { Ledger = new LedgerBlock(1, [2], Bytes("old"), 100) }, default);
        await Store.DisposeAsync();
        using (var database = new Database(File)) database.Run("DROP INDEX ledger_block_by_day; ALTER TABLE ledger_block DROP COLUMN last_day; DROP INDEX snapshot_knows; ALTER TABLE snapshot DROP COLUMN known; DELETE FROM schema_version WHERE version > 3");
        await using var store = Reopen();
        await store.CommitAsync(Plain(0, 1, 2, 0, 0) with { Ledger = new LedgerBlock(2, [2], Bytes("new"), 101) }, default);
        Assert.Equal(["old"], (await ListAsync(store.ReadLedgerSinceAsync(0, 102, new HashSet<int> { 2 }, default))).Select(block => Text(block.Bytes)));
    }

    protected override IRatingStore Make() => SqliteRatingStore.Open(File);

    protected override IRatingStore Reopen() => SqliteRatingStore.Open(File);

    protected override IRatingStore OpenAfterCrash() => SqliteRatingStore.Open(_folder.CopyDatabase("store.db", "copy.db"));

    private string File => _folder.File("store.db");
}
