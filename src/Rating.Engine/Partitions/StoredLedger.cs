using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Store;

namespace Rating.Engine.Partitions;

/// <summary>Reads what a partition decided from the store, where any process finds it.</summary>
internal static class StoredLedger
{
    /// <summary>The last entry of every record in suspense.</summary>
    public static Task<IReadOnlyList<LedgerEntry>> SuspenseAsync(IRatingStore store, Book book, int partition, long fromCheckpoint, CancellationToken cancellation) =>
        LastEntriesAsync(store, book, partition, fromCheckpoint, new HashSet<int> { LedgerBlocks.SuspenseHash }, entry => entry.Verdict == Verdict.Suspended, cancellation);

    /// <summary>The last entry of every record whose last entry is wanted, from the blocks that a directory names.</summary>
    public static async Task<IReadOnlyList<LedgerEntry>> LastEntriesAsync(
        IRatingStore store, Book book, int partition, long fromCheckpoint, IReadOnlySet<int> directory, Func<LedgerEntry, bool> wanted, CancellationToken cancellation)
    {
        var last = new SortedDictionary<long, LedgerEntry>();
        await foreach (var block in store.ReadLedgerAsync(partition, fromCheckpoint, directory, cancellation))
            foreach (var entry in LedgerBlocks.Read(block, tenant => book.Read(all => all.Tenant(tenant)!.Catalogs[0].Catalog.Currency)))
                if (wanted(entry)) last[entry.Position] = entry;
                else last.Remove(entry.Position);
        return [.. last.Values];
    }
}
