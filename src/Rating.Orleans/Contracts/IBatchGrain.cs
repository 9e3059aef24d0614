using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>Finishes one close batch (the key is its number): seals it everywhere and makes its snapshots. What several ask for is done once.</summary>
[Alias("rating.IBatchGrain")]
public interface IBatchGrain : IGrainWithIntegerKey
{
    /// <summary>Finishes the batch.</summary>
    /// <param name="bookSequence">The book change that began it.</param>
    [Alias("Finish")]
    [ResponseTimeout("01:00:00")]
    Task<CloseMessage> FinishAsync(long bookSequence);
}
