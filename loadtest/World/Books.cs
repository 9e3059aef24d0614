using Rating.Engine.Store;

namespace Rating.Loadtest.World;

/// <summary>Stores that have a book and nothing else.</summary>
internal static class Books
{
    public static async Task<MemoryRatingStore> BookOnlyAsync(this MemoryRatingStore store, int partitions)
    {
        var fresh = new MemoryRatingStore(partitions);
        await foreach (var change in store.ReadBookAsync(0, default)) await fresh.AppendBookAsync(change, default);
        return fresh;
    }
}
