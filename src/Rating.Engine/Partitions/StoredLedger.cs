using Rating.Domain.Billing;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Store;

namespace Rating.Engine.Partitions;

/// <summary>Reads what a partition decided from the store, where any process finds it.</summary>
internal static class StoredLedger
{
    /// <summary>The last entry of every record in suspense, and the checkpoint that it is of.</summary>
    public static Task<IReadOnlyList<(long Checkpoint, LedgerEntry Entry)>> SuspenseAsync(IRatingStore store, Book book, int partition, long fromCheckpoint, CancellationToken cancellation) =>
        LastEntriesAsync(book, store.ReadLedgerAsync(partition, fromCheckpoint, new HashSet<int> { LedgerBlocks.SuspenseHash }, cancellation), entry => entry.Verdict == Verdict.Suspended);

    /// <summary>The last entry of every record taken in on a UTC day or later whose last entry is wanted, from the blocks that a directory names.</summary>
    /// <remarks>Of an older record some entries may be in blocks that are passed over, and so not its last one: it is left out.</remarks>
    public static async Task<IReadOnlyList<LedgerEntry>> LastEntriesAsync(
        IRatingStore store, Book book, int partition, int sinceDay, IReadOnlySet<int> directory, Func<LedgerEntry, bool> wanted, CancellationToken cancellation) =>
        [.. (await LastEntriesAsync(book, store.ReadLedgerSinceAsync(partition, sinceDay, directory, cancellation), entry => UsagePartition.DayOf(entry.Record.IngestTime) >= sinceDay && wanted(entry))).Select(one => one.Entry)];

    /// <summary>The first UTC day on which a record may have been taken in that was used in a period: its time may lie so far after its arrival, and no farther.</summary>
    public static int FirstDayOf(BillingSchedule schedule, int period, RatingSettings settings) => UsagePartition.DayOf(schedule.Period(period).StartInstant - settings.FutureTolerance);

    private static async Task<IReadOnlyList<(long Checkpoint, LedgerEntry Entry)>> LastEntriesAsync(Book book, IAsyncEnumerable<LedgerBlock> blocks, Func<LedgerEntry, bool> wanted)
    {
        var last = new SortedDictionary<long, (long Checkpoint, LedgerEntry Entry)>();
        await foreach (var block in blocks)
            foreach (var entry in LedgerBlocks.Read(block, tenant => book.Read(all => all.Tenant(tenant)!.Catalogs[0].Catalog.Currency)))
                if (wanted(entry)) last[entry.Position] = (block.Checkpoint, entry);
                else last.Remove(entry.Position);
        return [.. last.Values];
    }
}
