using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>One silo: the key is its address. Through it the others tell it what it would otherwise find out later.</summary>
[Alias("rating.INodeGrain")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>The book has changes up to a sequence: they are read before the answer.</summary>
    [Alias("Follow")]
    [ResponseTimeout("00:00:02")]
    Task FollowAsync(long bookSequence);

    /// <summary>Which subscriptions have usage in the partitions that the silo serves; of those that the caller knows, what changed.</summary>
    /// <param name="epochs">For each partition the epoch under which the caller knows it; -1 when it does not.</param>
    /// <param name="versions">For each partition how many changes under that epoch the caller has.</param>
    [Alias("Holdings")]
    [ResponseTimeout("00:00:02")]
    Task<HoldingsMessage[]> HoldingsAsync(long[] epochs, long[] versions);

    /// <summary>How far the closes of a tenant are that the silo carries out.</summary>
    [Alias("CloseProgress")]
    [ResponseTimeout("00:00:02")]
    Task<ProgressMessage> CloseProgressAsync(string tenant);
}
