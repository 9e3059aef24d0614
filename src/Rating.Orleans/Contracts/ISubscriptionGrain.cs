using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>The address of a subscription: the key is <see cref="Placement.GrainKey"/> of tenant and subscription. It is where the partition is that holds most of its usage, so that reading it needs no other silo.</summary>
[Alias("rating.ISubscriptionGrain")]
public interface ISubscriptionGrain : IGrainWithStringKey
{
    /// <summary>The running charge as a JSON document, from a book that is not behind a sequence.</summary>
    [Alias("Balance")]
    Task<BalanceMessage> BalanceAsync(long bookSequence);

    /// <summary>Closes what is due of it.</summary>
    [Alias("Close")]
    [ResponseTimeout("01:00:00")]
    Task<CloseMessage> CloseAsync(CloseOrder order);

    /// <summary>Publishes its running charge, when it changes, to the stream of the same key while somebody asks for it at least every ten seconds; at most four times a second.</summary>
    /// <param name="bookSequence">The book that knows it, at least.</param>
    [Alias("Watch")]
    Task WatchAsync(long bookSequence);
}
