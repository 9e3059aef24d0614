using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine.Store;

namespace Rating.Tests.Contracts;

/// <summary>What every rating store promises, the concurrent cases included.</summary>
public abstract class RatingStoreContract : IAsyncLifetime
{
    protected const int PartitionCount = 4;
    protected const int Writers = 16;
    protected static readonly TenantId North = new("north");
    protected static readonly TenantId South = new("south");
    protected static readonly AccountId Bakery = new("bakery");
    protected static readonly AccountId Hotel = new("hotel");
    protected static readonly Instant Morning = Instant.FromUtc(2026, 3, 1, 8, 59, 59) + Duration.FromNanoseconds(123_456_789);

    /// <summary>The store under test: new, for <see cref="PartitionCount"/> partitions.</summary>
    protected IRatingStore Store { get; private set; } = null!;

    public virtual Task InitializeAsync()
    {
        Store = Make();
        return Task.CompletedTask;
    }

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    protected abstract IRatingStore Make();

    [Fact]
    public async Task A_partition_that_nobody_has_taken_over_takes_no_checkpoint() =>
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.CommitAsync(Plain(0, 0, 1, 0, 10), default));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Invoice_numbers_have_no_gaps(long number)
    {
        await Store.SaveInvoicesAsync([Invoice(1, "1")], [], default);
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.SaveInvoicesAsync([Invoice(number, "2")], [], default));
        await Store.SaveInvoicesAsync([Invoice(3, "3"), Invoice(2, "2")], [], default); // together they have none
        Assert.Equal([1L, 2, 3], (await ListAsync(Store.ReadInvoicesAsync(North, null, default))).Select(invoice => invoice.Number));
    }

    [Fact]
    public async Task An_invoice_of_a_snapshot_that_does_not_exist_is_refused()
    {
        await Assert.ThrowsAsync<InvariantBrokenException>(() => Store.SaveInvoicesAsync([Invoice(1, "1", ("a", "period", 1))], [], default));
        Assert.Equal(0, await Store.LastInvoiceNumberAsync(North, default));
    }

    [Fact]
    public async Task A_write_that_is_cancelled_beforehand_is_not_written()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.AppendBookAsync(new(1, North, Morning, "{}"), source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.TakeOverAsync(0, source.Token));
        Assert.Empty(await ListAsync(Store.ReadBookAsync(0, default)));
        Assert.Equal(1, (await Store.TakeOverAsync(0, default)).Epoch);
    }

    [Fact]
    public async Task The_first_settings_stay()
    {
        Assert.Equal("first", await Store.SettingsAsync("first", default));
        Assert.Equal("first", await Store.SettingsAsync("second", default));
    }

    [Fact]
    public async Task Settings_of_many_first_writers_are_those_of_one()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Store.SettingsAsync($"{writer}", default))));
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task The_book_is_read_back_in_order_as_it_was_written()
    {
        BookChange[] changes = [new(1, North, Morning, """{"kind":"catalog","name":"Zürich"}"""), new(2, South, Morning + Duration.FromDays(1), "{}"), new(3, North, Morning, "{}")];
        foreach (var change in changes) await Store.AppendBookAsync(change, default);
        Assert.Equal(changes, await ListAsync(Store.ReadBookAsync(0, default)));
        Assert.Equal(changes[2..], await ListAsync(Store.ReadBookAsync(2, default)));
        Assert.Empty(await ListAsync(Store.ReadBookAsync(3, default)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_book_change_that_is_not_the_next_one_is_refused(long sequence)
    {
        await Store.AppendBookAsync(new(1, North, Morning, "one"), default);
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.AppendBookAsync(new(sequence, North, Morning, "other"), default));
        Assert.Equal("one", Assert.Single(await ListAsync(Store.ReadBookAsync(0, default))).Document);
    }

    [Fact]
    public async Task Of_many_first_writers_of_a_book_sequence_exactly_one_wins()
    {
        for (var sequence = 1; sequence <= 10; sequence++)
        {
            var winner = await OneWinsAsync(writer => Store.AppendBookAsync(new(sequence, North, Morning, $"{writer}"), default));
            Assert.Equal($"{winner}", Assert.Single(await ListAsync(Store.ReadBookAsync(sequence - 1, default))).Document);
        }
    }

    [Fact]
    public async Task A_take_over_raises_the_epoch_and_tells_where_the_partition_stands()
    {
        Assert.Equal(new PartitionPlace(1, 0, 0, 0), await Store.TakeOverAsync(2, default));
        Assert.Equal(new PartitionPlace(2, 0, 0, 0), await Store.TakeOverAsync(2, default));
        await Store.CommitAsync(Plain(2, epoch: 2, number: 1, 0, 10) with { BookSequence = 7 }, default);
        Assert.Equal(new PartitionPlace(2, 1, 10, 7), await Store.PlaceOfAsync(2, default));
        Assert.Equal(new PartitionPlace(3, 1, 10, 7), await Store.TakeOverAsync(2, default));
        Assert.Equal(new PartitionPlace(0, 0, 0, 0), await Store.PlaceOfAsync(3, default));
        Assert.Equal(new PartitionPlace(1, 0, 0, 0), await Store.TakeOverAsync(3, default));
    }

    [Fact]
    public async Task A_checkpoint_is_read_back_whole()
    {
        await Store.TakeOverAsync(0, default);
        await Store.CommitAsync(Whole(0, 1, 1, 0, 100), default);
        Assert.Equal(
            """
            0 journal 1 1 0 100 5 [{"seal":7}]
            0 state 1 True state 1
            0 ids 1 20514 ids 1
            0 ledger 1 -5,3,9 ledger 1
            0 sealed 7
            seal 7 0 seal 1
            verdict north pbx 492000 Rated None 98
            verdict north pbx 492000 Suspended UnknownSubject 2
            """,
            await DumpAsync(Store));
    }

    [Fact]
    public async Task A_checkpoint_may_be_empty()
    {
        await Store.TakeOverAsync(0, default);
        await Store.CommitAsync(Plain(0, 1, 1, 0, 0), default);
        Assert.Equal("0 journal 1 1 0 0 0 []", await DumpAsync(Store));
        Assert.Null(Store.ReadIdBlock(0, 1));
    }

    [Theory]
    [InlineData(1, 2, 100)] // an older epoch
    [InlineData(3, 2, 100)] // an epoch that nobody was given
    [InlineData(2, 1, 0)] // the number of the checkpoint before
    [InlineData(2, 3, 100)] // a gap in the numbers
    [InlineData(2, 2, 99)] // positions that overlap
    [InlineData(2, 2, 101)] // positions that leave a gap
    public async Task A_checkpoint_that_does_not_follow_is_refused_and_leaves_no_trace(long epoch, long number, long first)
    {
        await Store.TakeOverAsync(0, default);
        await Store.TakeOverAsync(0, default);
        await Store.CommitAsync(Whole(0, 2, 1, 0, 100), default);
        var before = await DumpAsync(Store);
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.CommitAsync(Whole(0, epoch, number, first, 200), default));
        Assert.Equal(before, await DumpAsync(Store));
        await Store.CommitAsync(Whole(0, 2, 2, 100, 200), default);
    }

    [Fact]
    public async Task The_owner_before_a_take_over_can_no_longer_commit()
    {
        var old = await Store.TakeOverAsync(0, default);
        await Store.CommitAsync(Plain(0, old.Epoch, 1, 0, 10), default);
        var current = await Store.TakeOverAsync(0, default);
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.CommitAsync(Whole(0, old.Epoch, 2, 10, 20), default));
        await Store.CommitAsync(Plain(0, current.Epoch, 2, 10, 20), default);
        Assert.Equal([1L, 2], (await ListAsync(Store.ReadJournalAsync(0, default))).Select(entry => entry.Epoch));
    }

    [Fact]
    public async Task Of_many_writers_of_a_checkpoint_number_exactly_one_wins()
    {
        await Store.TakeOverAsync(0, default);
        for (var number = 1; number <= 10; number++)
        {
            var winner = await OneWinsAsync(writer => Store.CommitAsync(Plain(0, 1, number, (number - 1) * 10, number * 10) with { Commands = $"[{writer}]" }, default));
            Assert.Equal($"[{winner}]", (await ListAsync(Store.ReadJournalAsync(0, default)))[^1].Commands);
        }
    }

    [Fact]
    public async Task Many_take_overs_at_once_give_each_its_own_epoch()
    {
        var places = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(() => Store.TakeOverAsync(1, default))));
        Assert.Equal(Enumerable.Range(1, Writers).Select(epoch => (long)epoch), places.Select(place => place.Epoch).Order());
    }

    /// <summary>Owners take the partition from each other while they commit: what was acknowledged is what is there, in one line without gaps.</summary>
    [Fact]
    public async Task A_take_over_during_commits_loses_nothing_acknowledged_and_lets_no_stale_owner_in()
    {
        const int owners = 8, commits = 20;
        var acknowledged = await Task.WhenAll(Enumerable.Range(0, owners).Select(_ => Task.Run(async () =>
        {
            var mine = new List<(long Number, long Epoch)>();
            while (mine.Count < commits)
            {
                var place = await Store.TakeOverAsync(0, default);
                try
                {
                    for (long number = place.Checkpoint + 1; mine.Count < commits; number++)
                    {
                        await Store.CommitAsync(Plain(0, place.Epoch, number, (number - 1) * 10, number * 10), default);
                        mine.Add((number, place.Epoch));
                    }
                }
                catch (StaleWriterException)
                {
                    // Another owner has it; take it back.
                }
            }

            return mine;
        })));
        var journal = await ListAsync(Store.ReadJournalAsync(0, default));
        Assert.Equal(acknowledged.SelectMany(mine => mine).OrderBy(commit => commit.Number), journal.Select(entry => (entry.Number, entry.Epoch)));
        Assert.Equal(Enumerable.Range(1, owners * commits).Select(number => (long)number), journal.Select(entry => entry.Number));
        Assert.Equal(journal.Select(entry => entry.Epoch).Order(), journal.Select(entry => entry.Epoch));
    }

    [Fact]
    public async Task Checkpoints_of_several_partitions_at_once_are_all_there()
    {
        await Task.WhenAll(Enumerable.Range(0, PartitionCount).Select(partition => Task.Run(async () =>
        {
            var place = await Store.TakeOverAsync(partition, default);
            for (var number = 1; number <= 20; number++) await Store.CommitAsync(Whole(partition, place.Epoch, number, (number - 1) * 100, number * 100), default);
        })));
        for (var partition = 0; partition < PartitionCount; partition++)
        {
            Assert.Equal(20, (await ListAsync(Store.ReadJournalAsync(partition, default))).Count);
            Assert.Equal(20, (await ListAsync(Store.ReadLedgerAsync(partition, 0, null, default))).Count);
        }

        Assert.Equal(PartitionCount, (await Store.ReadSealsAsync(7, default)).Count);
        Assert.Equal([98L * 20 * PartitionCount, 2L * 20 * PartitionCount], (await Store.ReadVerdictsAsync(default)).OrderBy(count => count.Verdict).Select(count => count.Count));
    }

    [Fact]
    public async Task The_state_is_the_last_base_and_the_blocks_since()
    {
        await Store.TakeOverAsync(0, default);
        for (var number = 1; number <= 6; number++)
        {
            var state = number == 5 ? null : new StateBlock(number, number is 1 or 3, Bytes($"{number}"));
            await Store.CommitAsync(Plain(0, 1, number, 0, 0) with { State = state }, default);
        }

        Assert.Equal([(3, true, "3"), (4, false, "4"), (6, false, "6")], (await ListAsync(Store.ReadStateAsync(0, default))).Select(block => (block.Checkpoint, block.IsBase, Text(block.Bytes))));
        Assert.Empty(await ListAsync(Store.ReadStateAsync(1, default)));
    }

    [Fact]
    public async Task Id_blocks_are_found_by_day_and_by_checkpoint()
    {
        await Store.TakeOverAsync(0, default);
        foreach (var (number, day) in new[] { (1, 100), (2, 101), (3, 100), (4, 102) })
            await Store.CommitAsync(Plain(0, 1, number, 0, 0) with { Ids = new IdBlock(number, day, Bytes($"{number}")) }, default);
        Assert.Equal(["2", "4"], (await ListAsync(Store.ReadIdsAsync(0, 101, default))).Select(block => Text(block.Bytes)));
        Assert.Equal([1L, 2, 3, 4], (await ListAsync(Store.ReadIdsAsync(0, 0, default))).Select(block => block.Checkpoint));
        Assert.Equal((3L, 100, "3"), (Store.ReadIdBlock(0, 3)!.Checkpoint, Store.ReadIdBlock(0, 3)!.LastDay, Text(Store.ReadIdBlock(0, 3)!.Bytes)));
        Assert.Null(Store.ReadIdBlock(0, 5));
        Assert.Null(Store.ReadIdBlock(1, 3));
    }

    [Fact]
    public async Task Ledger_blocks_are_found_by_checkpoint_and_by_directory()
    {
        await Store.TakeOverAsync(0, default);
        int[][] directories = [[1, 2], [int.MinValue, 3], [], [2, int.MaxValue]];
        for (var number = 1; number <= 4; number++)
            await Store.CommitAsync(Plain(0, 1, number, 0, 0) with { Ledger = new LedgerBlock(number, directories[number - 1], Bytes($"{number}")) }, default);

        async Task<IEnumerable<string>> Find(long from, IReadOnlySet<int>? directory) => (await ListAsync(Store.ReadLedgerAsync(0, from, directory, default))).Select(block => Text(block.Bytes));
        Assert.Equal(["1", "2", "3", "4"], await Find(0, null));
        Assert.Equal(["3", "4"], await Find(3, null));
        Assert.Equal(["1", "4"], await Find(0, new HashSet<int> { 2 }));
        Assert.Equal(["4"], await Find(2, new HashSet<int> { 2 }));
        Assert.Equal(["2", "4"], await Find(0, new HashSet<int> { int.MinValue, int.MaxValue }));
        Assert.Empty(await Find(0, new HashSet<int> { 7 }));
        Assert.Empty(await Find(0, new HashSet<int>()));
        Assert.Equal([int.MinValue, 3], (await ListAsync(Store.ReadLedgerAsync(0, 2, null, default)))[0].Directory);
    }

    [Fact]
    public async Task Ledger_blocks_are_found_by_day_and_one_whose_day_is_not_known_always()
    {
        await Store.TakeOverAsync(0, default);
        LedgerBlock[] blocks = [new(1, [1, 2], Bytes("1"), 100), new(2, [2], Bytes("2"), 102), new(3, [2], Bytes("3")), new(4, [2, 3], Bytes("4"), 101)];
        foreach (var block in blocks) await Store.CommitAsync(Plain(0, 1, block.Checkpoint, 0, 0) with { Ledger = block }, default);

        async Task<IEnumerable<string>> Find(int day, params int[] directory) => (await ListAsync(Store.ReadLedgerSinceAsync(0, day, directory.ToHashSet(), default))).Select(block => Text(block.Bytes));
        Assert.Equal(["1", "2", "3", "4"], await Find(int.MinValue, 2));
        Assert.Equal(["2", "3", "4"], await Find(101, 2));
        Assert.Equal(["2", "3"], await Find(102, 1, 2));
        Assert.Equal(["3"], await Find(103, 2));
        Assert.Empty(await Find(101, 1));
        Assert.Equal([100, 102, int.MaxValue, 101], (await ListAsync(Store.ReadLedgerAsync(0, 0, null, default))).Select(block => block.LastDay));
    }

    [Fact]
    public async Task A_seal_is_one_per_batch_and_partition_and_the_latest_counts()
    {
        for (var partition = 0; partition < 3; partition++)
        {
            await Store.TakeOverAsync(partition, default);
            await Store.CommitAsync(Plain(partition, 1, 1, 0, 0) with { Seals = [new(1, partition, Bytes($"1 {partition}")), new(2, partition, default)] }, default);
        }

        await Store.CommitAsync(Plain(1, 1, 2, 0, 0) with { Seals = [new(1, 1, Bytes("again"))] }, default);
        Assert.Equal([(0, "1 0"), (1, "again"), (2, "1 2")], (await Store.ReadSealsAsync(1, default)).OrderBy(seal => seal.Partition).Select(seal => (seal.Partition, Text(seal.Bytes))));
        Assert.Equal(3, (await Store.ReadSealsAsync(2, default)).Count);
        Assert.Empty(await Store.ReadSealsAsync(3, default));
        Assert.Equal([1L, 2], (await Store.SealedBatchesAsync(1, default)).Order());
        Assert.Empty(await Store.SealedBatchesAsync(3, default));
    }

    [Fact]
    public async Task Verdict_counts_add_up_and_vanish_at_zero()
    {
        await Store.TakeOverAsync(0, default);
        VerdictCount Of(Verdict verdict, VerdictReason reason, long count) => new(North, "pbx", 5, verdict, reason, count);
        await Store.CommitAsync(Plain(0, 1, 1, 0, 0) with { Verdicts = [Of(Verdict.Rated, VerdictReason.None, 10), Of(Verdict.Suspended, VerdictReason.NoPrice, 3)] }, default);
        await Store.CommitAsync(Plain(0, 1, 2, 0, 0) with { Verdicts = [Of(Verdict.Rated, VerdictReason.None, 3), Of(Verdict.Suspended, VerdictReason.NoPrice, -3)] }, default);
        Assert.Equal([Of(Verdict.Rated, VerdictReason.None, 13)], await Store.ReadVerdictsAsync(default));
    }

    [Fact]
    public async Task A_snapshot_is_stored_once_and_the_first_one_stays()
    {
        await Store.SaveSnapshotsAsync(null, [Snapshot("s1", "period", 1), Snapshot("s1", "activation", 1)], default);
        await Store.SaveSnapshotsAsync(9, [Snapshot("s1", "period", 1) with { Document = "other", Account = Hotel }, Snapshot("s1", "period", 2)], default);
        Assert.Equal(
            [("activation", 1, "s1 activation 1"), ("period", 1, "s1 period 1"), ("period", 2, "s1 period 2")],
            (await ListAsync(Store.ReadSnapshotsAsync(North, null, null, default))).Select(snapshot => (snapshot.Kind, snapshot.Period, snapshot.Document)));
        Assert.Equal([9L], await Store.ClosedBatchesAsync(default));
        await Store.SaveSnapshotsAsync(9, [], default);
        await Store.SaveSnapshotsAsync(4, [], default);
        Assert.Equal([4L, 9], (await Store.ClosedBatchesAsync(default)).Order());
    }

    [Fact]
    public async Task Of_two_snapshots_whose_makers_did_not_know_of_the_other_the_first_is_stored_and_the_other_refused_with_its_batch()
    {
        await Store.SaveSnapshotsAsync(null, [Snapshot("s2", "activation", 1) with { Known = 0 }], default);
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.SaveSnapshotsAsync(9, [Snapshot("s1", "period", 1) with { Known = 0 }, Snapshot("s2", "period", 1) with { Known = 0 }], default));
        Assert.Equal([Snapshot("s2", "activation", 1)], await ListAsync(Store.ReadSnapshotsAsync(North, new SubscriptionId("s2"), null, default)));
        Assert.Empty(await Store.ClosedBatchesAsync(default));
        // Made again by one who knows; what was stored of the first attempt is no obstacle, and the same snapshot once more is no other.
        for (var again = 0; again < 2; again++) await Store.SaveSnapshotsAsync(9, [Snapshot("s1", "period", 1) with { Known = again }, Snapshot("s2", "period", 1) with { Known = 1 }], default);
        Assert.Equal([9L], await Store.ClosedBatchesAsync(default));
        Assert.Equal(
            [Snapshot("s1", "period", 1), Snapshot("s2", "activation", 1), Snapshot("s2", "period", 1)],
            await ListAsync(Store.ReadSnapshotsAsync(North, null, null, default)));
    }

    [Fact]
    public async Task Closes_without_a_snapshot_are_those_whose_subscription_has_none_of_that_period()
    {
        await Store.SaveSnapshotsAsync(null, [Snapshot("a", "period", 2), Snapshot("b", "supplementary", 2), Snapshot("c", "activation", 2), Snapshot("d", "progress/1", 2), Snapshot("e", "period", 1)], default);
        await Store.SaveSnapshotsAsync(null, [Snapshot("f", "period", 2) with { Tenant = South }], default);
        (SubscriptionId, int)[] asked = [.. "abcdef".Select(letter => (new SubscriptionId($"{letter}"), 2))];
        Assert.Equal(asked[2..], (await Store.WithoutSnapshotAsync(North, asked, default)).OrderBy(close => close.Subscription.Value, StringComparer.Ordinal));
        Assert.Empty(await Store.WithoutSnapshotAsync(North, [], default));
    }

    [Fact]
    public async Task Of_many_writers_who_know_nothing_of_each_other_one_kind_of_snapshot_is_kept()
    {
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            try
            {
                await Store.SaveSnapshotsAsync(1, [Snapshot("s1", writer % 2 == 0 ? "period" : "activation", 1) with { Known = 0 }], default);
            }
            catch (StaleWriterException)
            {
                Interlocked.Increment(ref refused);
            }
        })));
        Assert.Single(await ListAsync(Store.ReadSnapshotsAsync(North, null, null, default)));
        Assert.Equal(Writers / 2, refused);
    }

    [Fact]
    public async Task Of_many_first_writers_of_a_snapshot_one_is_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Store.SaveSnapshotsAsync(1, [Snapshot("s1", "period", 1) with { Document = $"{writer}" }], default))));
        Assert.Single(await ListAsync(Store.ReadSnapshotsAsync(North, null, null, default)));
    }

    [Fact]
    public async Task Snapshots_are_found_by_tenant_subscription_and_account_in_order()
    {
        StoredSnapshot[] inOrder = [Snapshot("a", "period", 2), Snapshot("a", "period", 10), Snapshot("b", "activation", 3, Hotel), Snapshot("b", "period", 3, Hotel)];
        await Store.SaveSnapshotsAsync(null, [inOrder[3], inOrder[1], Snapshot("a", "period", 2) with { Tenant = South }, inOrder[0], inOrder[2]], default);
        Assert.Equal(inOrder, await ListAsync(Store.ReadSnapshotsAsync(North, null, null, default)));
        Assert.Equal(inOrder[..2], await ListAsync(Store.ReadSnapshotsAsync(North, new SubscriptionId("a"), null, default)));
        Assert.Equal(inOrder[2..], await ListAsync(Store.ReadSnapshotsAsync(North, null, Hotel, default)));
        Assert.Empty(await ListAsync(Store.ReadSnapshotsAsync(North, new SubscriptionId("a"), Hotel, default)));
        Assert.Equal(inOrder[..2], await ListAsync(Store.ReadSnapshotsAsync(North, new SubscriptionId("a"), Bakery, default)));
        Assert.Single(await ListAsync(Store.ReadSnapshotsAsync(South, null, null, default)));
    }

    [Fact]
    public async Task An_invoice_takes_its_snapshots_from_those_that_wait()
    {
        StoredSnapshot[] all = [Snapshot("a", "period", 1), Snapshot("b", "period", 1), Snapshot("c", "period", 1, Hotel)];
        await Store.SaveSnapshotsAsync(null, all, default);
        Assert.Equal(all, await ListAsync(Store.ReadUninvoicedAsync(North, null, default)));
        Assert.Equal([Bakery, Hotel], await Store.UninvoicedAccountsAsync(North, default));
        await Store.SaveInvoicesAsync([Invoice(1, "2026-04-01", ("b", "period", 1))], [], default);
        Assert.Equal([Bakery, Hotel], await Store.UninvoicedAccountsAsync(North, default));
        Assert.Empty(await Store.UninvoicedAccountsAsync(South, default));
        Assert.Equal([all[0], all[2]], await ListAsync(Store.ReadUninvoicedAsync(North, null, default)));
        Assert.Equal([all[0]], await ListAsync(Store.ReadUninvoicedAsync(North, Bakery, default)));
        Assert.Equal([all[2]], await ListAsync(Store.ReadUninvoicedAsync(North, Hotel, default)));
        Assert.Empty(await ListAsync(Store.ReadUninvoicedAsync(South, null, default)));
        // Sections stand as the invoice says, not as snapshots are sorted.
        await Store.SaveInvoicesAsync([Invoice(2, "2026-05-01", ("c", "period", 1), ("a", "period", 1))], [], default);
        Assert.Equal([all[2], all[0]], await ListAsync(Store.ReadInvoicedAsync(North, 2, default)));
        Assert.Equal([all[1]], await ListAsync(Store.ReadInvoicedAsync(North, 1, default)));
        Assert.Empty(await ListAsync(Store.ReadInvoicedAsync(South, 1, default)));
        Assert.Empty(await Store.UninvoicedAccountsAsync(North, default));
    }

    [Fact]
    public async Task Invoices_are_found_by_tenant_number_and_account()
    {
        await Store.SaveSnapshotsAsync(null, [Snapshot("b", "period", 1), Snapshot("a", "period", 1), Snapshot("a", "activation", 1)], default);
        Assert.Equal(0, await Store.LastInvoiceNumberAsync(North, default));
        var first = Invoice(1, "2026-04-01", ("b", "period", 1), ("a", "period", 1), ("a", "activation", 1));
        await Store.SaveInvoicesAsync([first, Invoice(2, "2026-04-01") with { Account = Hotel }], [], default);
        await Store.SaveInvoicesAsync([Invoice(3, "2026-05-01"), Invoice(1, "2026-04-01") with { Tenant = South }], [], default);
        Assert.Equal((3, 1), (await Store.LastInvoiceNumberAsync(North, default), await Store.LastInvoiceNumberAsync(South, default)));
        Assert.Equal([1L, 2, 3], (await ListAsync(Store.ReadInvoicesAsync(North, null, default))).Select(invoice => invoice.Number));
        Assert.Equal([1L, 3], (await ListAsync(Store.ReadInvoicesAsync(North, Bakery, default))).Select(invoice => invoice.Number));
        Assert.Null(await Store.ReadInvoiceAsync(North, 4, default));
        var read = (await Store.ReadInvoiceAsync(North, 1, default))!;
        Assert.Equal(first with { Snapshots = [] }, read with { Snapshots = [] });
        Assert.Equal(first.Snapshots, read.Snapshots);
    }

    [Fact]
    public async Task An_invoice_whose_number_cycle_or_snapshot_is_taken_is_refused_with_all_that_came_with_it()
    {
        await Store.SaveSnapshotsAsync(null, [Snapshot("a", "period", 1), Snapshot("b", "period", 1)], default);
        await Store.SaveInvoicesAsync([Invoice(1, "2026-04-01", ("a", "period", 1))], [new OutboxMessage(0, "invoice", "1")], default);
        StoredInvoice[] refused =
        [
            Invoice(1, "2026-05-01") with { Account = Hotel }, // number
            Invoice(2, "2026-04-01"), // account, cycle and currency
            Invoice(2, "2026-05-01", ("b", "period", 1), ("a", "period", 1)), // snapshot
        ];
        foreach (var invoice in refused)
            await Assert.ThrowsAsync<StaleWriterException>(() => Store.SaveInvoicesAsync([invoice], [new OutboxMessage(0, "invoice", "refused")], default));
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.SaveInvoicesAsync([Invoice(2, "2026-06-01", ("b", "period", 1)), Invoice(3, "2026-04-01")], [new OutboxMessage(0, "invoice", "refused")], default));

        Assert.Equal(1, Assert.Single(await ListAsync(Store.ReadInvoicesAsync(North, null, default))).Number);
        Assert.Equal("1", Assert.Single(await ListAsync(Store.ReadOutboxAsync(0, default))).Document);
        Assert.Equal("b", Assert.Single(await ListAsync(Store.ReadUninvoicedAsync(North, null, default))).Subscription.Value);
        await Store.SaveInvoicesAsync([Invoice(2, "2026-04-01") with { Currency = "CHF" }], [], default);
    }

    [Fact]
    public async Task Of_many_writers_of_an_invoice_exactly_one_wins()
    {
        for (var number = 1; number <= 10; number++)
        {
            var winner = await OneWinsAsync(writer => Store.SaveInvoicesAsync([Invoice(number, $"{number}") with { Document = $"{writer}" }], [new OutboxMessage(0, "invoice", $"{writer}")], default));
            Assert.Equal($"{winner}", (await Store.ReadInvoiceAsync(North, number, default))!.Document);
            Assert.Equal((number, $"{winner}"), (await ListAsync(Store.ReadOutboxAsync(number - 1, default))).Select(message => (message.Id, message.Document)).Single());
        }
    }

    [Fact]
    public async Task Of_many_writers_that_invoice_a_snapshot_exactly_one_wins()
    {
        await Store.SaveSnapshotsAsync(null, [Snapshot("a", "period", 1)], default);
        await OneWinsAsync(writer => Store.SaveInvoicesAsync([Invoice(1, $"{writer}", ("a", "period", 1)) with { Account = new($"account {writer}") }], [], default));
        Assert.Single(await ListAsync(Store.ReadInvoicesAsync(North, null, default)));
    }

    [Fact]
    public async Task The_store_numbers_the_outbox()
    {
        await Store.SaveInvoicesAsync([Invoice(1, "1")], [new OutboxMessage(77, "a", "1"), new OutboxMessage(77, "b", "2")], default);
        await Store.SaveInvoicesAsync([], [new OutboxMessage(0, "c", "3")], default);
        Assert.Equal([new OutboxMessage(1, "a", "1"), new(2, "b", "2"), new(3, "c", "3")], await ListAsync(Store.ReadOutboxAsync(0, default)));
        Assert.Equal([new OutboxMessage(3, "c", "3")], await ListAsync(Store.ReadOutboxAsync(2, default)));
    }

    [Fact]
    public async Task An_alert_is_stored_once_with_one_message_and_the_first_one_stays()
    {
        await Store.SaveInvoicesAsync([], [new OutboxMessage(0, "a", "1")], default);
        StoredAlert[] some = [Alert("b", 2, "spend", "warn", 0), Alert("a", 1, "spend", "more", 10), Alert("a", 1, "spend", "more", 9)];
        Assert.Equal(["a/1/spend/more/10", "a/1/spend/more/9", "b/2/spend/warn/0"], (await Store.SaveAlertsAsync(some, default)).Select(alert => alert.Id).Order(StringComparer.Ordinal));
        var made = await Store.SaveAlertsAsync([some[0] with { Document = "another" }, Alert("a", 1, "spend", "warn", 0)], default);
        Assert.Equal(Alert("a", 1, "spend", "warn", 0), Assert.Single(made));
        Assert.Empty(await Store.SaveAlertsAsync(some, default));
        Assert.Empty(await Store.SaveAlertsAsync([], default));
        Assert.Equal([Alert("a", 1, "spend", "more", 9), Alert("a", 1, "spend", "more", 10), Alert("a", 1, "spend", "warn", 0), some[0]], await ListAsync(Store.ReadAlertsAsync(North, null, default)));
        Assert.Equal(some[0], Assert.Single(await ListAsync(Store.ReadAlertsAsync(North, new SubscriptionId("b"), default))));
        Assert.Empty(await ListAsync(Store.ReadAlertsAsync(South, null, default)));
        var messages = await ListAsync(Store.ReadOutboxAsync(1, default));
        Assert.Equal([2L, 3, 4, 5], messages.Select(message => message.Id));
        Assert.All(messages, message => Assert.Equal("alert.threshold", message.Topic));
        Assert.Equal(["alert a 1 spend more 10", "alert a 1 spend more 9", "alert a 1 spend warn 0", "alert b 2 spend warn 0"], messages.Select(message => message.Document).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_many_first_writers_of_an_alert_exactly_one_makes_it()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Store.SaveAlertsAsync(
            [.. Enumerable.Range(0, 5).Select(i => Alert("a", (writer + i) % 5, "spend", "warn", 0) with { Document = $"{(writer + i) % 5} by {writer}" })], default))));
        var stored = await ListAsync(Store.ReadAlertsAsync(North, null, default));
        Assert.Equal(5, stored.Count);
        Assert.Equal(stored, made.SelectMany(some => some).OrderBy(alert => alert.Period));
        Assert.Equal(stored.Select(alert => alert.Document).Order(StringComparer.Ordinal), (await ListAsync(Store.ReadOutboxAsync(0, default))).Select(message => message.Document).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_hand_off_goes_on_from_where_it_stands_and_of_many_exactly_one_goes_on()
    {
        Assert.Equal(0, await Store.HandedOffAsync("outbox", default));
        await Assert.ThrowsAsync<StaleWriterException>(() => Store.HandOffAsync("outbox", 3, 5, default));
        for (var step = 0; step < 10; step++)
        {
            var winner = await OneWinsAsync(writer => Store.HandOffAsync("outbox", step == 0 ? 0 : (step * 100) + 1, ((step + 1) * 100) + 1, default));
            Assert.InRange(winner, 0, Writers - 1);
            Assert.Equal(((step + 1) * 100) + 1, await Store.HandedOffAsync("outbox", default));
        }

        await Assert.ThrowsAsync<StaleWriterException>(() => Store.HandOffAsync("outbox", 0, 7, default));
        await Store.HandOffAsync("rejected/1", 0, 7, default);
        Assert.Equal((7, 0, 1001), (await Store.HandedOffAsync("rejected/1", default), await Store.HandedOffAsync("rejected/2", default), await Store.HandedOffAsync("outbox", default)));
    }

    [Fact]
    public async Task An_imported_file_is_found_by_tenant_and_content()
    {
        var file = new ImportedFile(North, "ABCD", "calls.csv", 12, Morning);
        await Store.SaveImportAsync(file, default);
        Assert.Equal(file, await Store.FindImportAsync(North, "ABCD", default));
        Assert.Null(await Store.FindImportAsync(South, "ABCD", default));
        Assert.Null(await Store.FindImportAsync(North, "ABCE", default));
        await Store.SaveImportAsync(file with { Rows = 13 }, default);
        Assert.Equal(13, (await Store.FindImportAsync(North, "ABCD", default))!.Rows);
    }

    [Fact]
    public async Task Reading_can_be_cancelled_and_given_up_half_way()
    {
        for (var sequence = 1; sequence <= 3; sequence++) await Store.AppendBookAsync(new(sequence, North, Morning, "{}"), default);
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Store.ReadBookAsync(0, source.Token)) await source.CancelAsync();
        });
        await foreach (var _ in Store.ReadBookAsync(0, default)) break;
        await Store.AppendBookAsync(new(4, North, Morning, "{}"), default);
        Assert.Equal(4, (await ListAsync(Store.ReadBookAsync(0, default))).Count);
    }

    [Fact]
    public async Task A_reader_that_is_half_way_does_not_hold_a_writer_up_and_sees_what_was_there()
    {
        for (var sequence = 1; sequence <= 3; sequence++) await Store.AppendBookAsync(new(sequence, North, Morning, "{}"), default);
        var next = 3;
        var read = 0;
        await foreach (var _ in Store.ReadBookAsync(0, default))
        {
            await Store.AppendBookAsync(new(++next, North, Morning, "{}"), default);
            read++;
        }

        Assert.Equal((3, 6), (read, next));
    }

    protected static Checkpoint Plain(int partition, long epoch, long number, long first, long next) => new()
    {
        Partition = partition, Epoch = epoch, Number = number, FirstPosition = first, NextPosition = next, BookSequence = 0, Commands = "[]",
    };

    protected static Checkpoint Whole(int partition, long epoch, long number, long first, long next) => Plain(partition, epoch, number, first, next) with
    {
        BookSequence = 5,
        Commands = """[{"seal":7}]""",
        State = new StateBlock(number, number == 1, Bytes($"state {number}")),
        Ledger = new LedgerBlock(number, [-5, 3, 9], Bytes($"ledger {number}")),
        Ids = new IdBlock(number, 20_514, Bytes($"ids {number}")),
        Seals = [new SealBlock(7, partition, Bytes($"seal {number}"))],
        Verdicts = [new(North, "pbx", 492_000, Verdict.Rated, VerdictReason.None, 98), new(North, "pbx", 492_000, Verdict.Suspended, VerdictReason.UnknownSubject, 2)],
    };

    protected static StoredSnapshot Snapshot(string subscription, string kind, int period, AccountId? account = null) =>
        new(North, new SubscriptionId(subscription), kind, period, account ?? Bakery, $"{subscription} {kind} {period}");

    protected static StoredAlert Alert(string subscription, int period, string alert, string threshold, int step) =>
        new(North, new SubscriptionId(subscription), period, alert, threshold, step, $"alert {subscription} {period} {alert} {threshold} {step}");

    protected static StoredInvoice Invoice(long number, string cycle, params (string Subscription, string Kind, int Period)[] snapshots) =>
        new(North, Bakery, cycle, "EUR", number, $"invoice {number}", [.. snapshots.Select(snapshot => (new SubscriptionId(snapshot.Subscription), snapshot.Kind, snapshot.Period))]);

    protected static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> rows)
    {
        var list = new List<T>();
        await foreach (var row in rows) list.Add(row);
        return list;
    }

    /// <summary>Everything that checkpoints store, as text.</summary>
    protected static async Task<string> DumpAsync(IRatingStore store)
    {
        var lines = new List<string>();
        for (var partition = 0; partition < PartitionCount; partition++)
        {
            await foreach (var entry in store.ReadJournalAsync(partition, default))
                lines.Add($"{partition} journal {entry.Number} {entry.Epoch} {entry.FirstPosition} {entry.NextPosition} {entry.BookSequence} {entry.Commands}");
            await foreach (var block in store.ReadStateAsync(partition, default)) lines.Add($"{partition} state {block.Checkpoint} {block.IsBase} {Text(block.Bytes)}");
            await foreach (var block in store.ReadIdsAsync(partition, 0, default)) lines.Add($"{partition} ids {block.Checkpoint} {block.LastDay} {Text(block.Bytes)}");
            await foreach (var block in store.ReadLedgerAsync(partition, 0, null, default)) lines.Add($"{partition} ledger {block.Checkpoint} {string.Join(',', block.Directory)} {Text(block.Bytes)}");
            lines.AddRange((await store.SealedBatchesAsync(partition, default)).Select(batch => $"{partition} sealed {batch}"));
        }

        lines.AddRange((await store.ReadSealsAsync(7, default)).Select(seal => $"seal {seal.Batch} {seal.Partition} {Text(seal.Bytes)}"));
        lines.AddRange((await store.ReadVerdictsAsync(default)).Select(count => $"verdict {count.Tenant} {count.Source} {count.IngestHour} {count.Verdict} {count.Reason} {count.Count}").Order(StringComparer.Ordinal));
        return string.Join('\n', lines);
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Lets many write at once; all but one must be refused as stale.</summary>
    /// <returns>The one that was not.</returns>
    private static async Task<int> OneWinsAsync(Func<int, Task> write)
    {
        var wins = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            try
            {
                await write(writer);
                return writer;
            }
            catch (StaleWriterException)
            {
                return -1;
            }
        })));
        return Assert.Single(wins, winner => winner >= 0);
    }
}
