using Rating.Domain;
using Rating.Engine.Books;
using Rating.Engine.Store;

namespace Rating.Engine.Closing;

/// <summary>Closes that somebody has begun and that have no snapshot yet, for as long as their partitions are sealed, or what parks them is not put right: the next period, and the account's invoice, wait for them.</summary>
internal static class BegunCloses
{
    /// <summary>Finds them.</summary>
    /// <param name="store">Has the snapshots.</param>
    /// <param name="book">Has the closes. What begins after this was called is not found.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="isWanted">Which subscriptions are asked for.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IReadOnlyList<(SubscriptionEntry Entry, int Period)>> FindAsync(IRatingStore store, Book book, TenantId tenant, Func<SubscriptionEntry, bool> isWanted, CancellationToken cancellation)
    {
        var closed = (await store.ClosedBatchesAsync(cancellation)).ToHashSet();
        var begun = book.Read(all => all.Batches.Values.Where(batch => batch.Tenant == tenant && !closed.Contains(batch.Number))
            .SelectMany(batch => batch.Closes).Select(close => (Entry: all.Entry(close.Subscription), close.Period)).Where(close => isWanted(close.Entry)).ToList());
        var found = new List<(SubscriptionEntry, int)>();
        foreach (var close in begun)
            if (!await HasSnapshotAsync(store, tenant, close.Entry.Subscription.Id, close.Period, cancellation)) found.Add(close);
        return found;
    }

    private static async Task<bool> HasSnapshotAsync(IRatingStore store, TenantId tenant, SubscriptionId subscription, int period, CancellationToken cancellation)
    {
        await foreach (var snapshot in store.ReadSnapshotsAsync(tenant, subscription, null, cancellation))
            if (snapshot.Period == period && snapshot.Kind is "period" or "supplementary") return true;
        return false;
    }
}
