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
}
