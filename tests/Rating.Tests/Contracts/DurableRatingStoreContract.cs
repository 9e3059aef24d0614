using Rating.Engine.Store;

namespace Rating.Tests.Contracts;

/// <summary>What a rating store promises that outlives its process.</summary>
public abstract class DurableRatingStoreContract : RatingStoreContract
{
    /// <summary>Opens the data of a store that was disposed.</summary>
    protected abstract IRatingStore Reopen();

    /// <summary>Opens a copy of the data, made while <see cref="RatingStoreContract.Store"/> is open: what a crash of the machine now would leave.</summary>
    protected abstract IRatingStore OpenAfterCrash();

    [Fact]
    public async Task A_store_that_is_opened_again_gives_everything_back_and_goes_on()
    {
        await FillAsync();
        var before = await DumpAsync(Store);
        await Store.DisposeAsync();
        await using var again = Reopen();
        Assert.Equal(before, await DumpAsync(again));
        await HoldsAsync(again);
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_crash()
    {
        await FillAsync();
        await using var copy = OpenAfterCrash();
        Assert.Equal(await DumpAsync(Store), await DumpAsync(copy));
        await HoldsAsync(copy);
    }

    private async Task FillAsync()
    {
        await Store.SettingsAsync("settings", default);
        await Store.AppendBookAsync(new(1, North, Morning, "book"), default);
        for (var partition = 0; partition < PartitionCount; partition++)
        {
            var place = await Store.TakeOverAsync(partition, default);
            await Store.CommitAsync(Whole(partition, place.Epoch, 1, 0, 100), default);
            await Store.CommitAsync(Whole(partition, place.Epoch, 2, 100, 200), default);
        }

        await Store.SaveSnapshotsAsync(7, [Snapshot("a", "period", 1), Snapshot("b", "period", 1)], default);
        await Store.SaveInvoicesAsync([Invoice(1, "2026-04-01", ("a", "period", 1))], [new OutboxMessage(0, "invoice", "1")], default);
        await Store.SaveImportAsync(new ImportedFile(North, "ABCD", "calls.csv", 12, Morning), default);
    }

    private static async Task HoldsAsync(IRatingStore store)
    {
        Assert.Equal("settings", await store.SettingsAsync("other", default));
        Assert.Equal([new BookChange(1, North, Morning, "book")], await ListAsync(store.ReadBookAsync(0, default)));
        Assert.Equal([Snapshot("a", "period", 1), Snapshot("b", "period", 1)], await ListAsync(store.ReadSnapshotsAsync(North, null, null, default)));
        Assert.Equal([Snapshot("b", "period", 1)], await ListAsync(store.ReadUninvoicedAsync(North, null, default)));
        Assert.Equal([7L], await store.ClosedBatchesAsync(default));
        Assert.Equal("invoice 1", (await store.ReadInvoiceAsync(North, 1, default))!.Document);
        Assert.Equal([new OutboxMessage(1, "invoice", "1")], await ListAsync(store.ReadOutboxAsync(0, default)));
        Assert.NotNull(await store.FindImportAsync(North, "ABCD", default));
        await Assert.ThrowsAsync<StaleWriterException>(() => store.SaveInvoicesAsync([Invoice(1, "2026-05-01")], [], default));

        // The owner before the restart is stale as soon as another took over.
        Assert.Equal(new PartitionPlace(2, 2, 200, 5), await store.TakeOverAsync(0, default));
        await Assert.ThrowsAsync<StaleWriterException>(() => store.CommitAsync(Whole(0, 1, 3, 200, 300), default));
        await store.CommitAsync(Whole(0, 2, 3, 200, 300), default);
    }
}
