using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>A partition of the usage log, wherever it is served: the key is its number. It waits for what it is asked, but never long: whoever asks asks again.</summary>
[Alias("rating.IPartitionGrain")]
public interface IPartitionGrain : IGrainWithIntegerKey
{
    /// <summary>Makes the partition be served.</summary>
    [Alias("Keep")]
    Task KeepAsync();

    /// <summary>Carries a command out, and answers when the checkpoint that stores it is committed.</summary>
    [Alias("Execute")]
    [ResponseTimeout("00:10:00")]
    Task<CommandOutcome> ExecuteAsync(CommandMessage command);

    /// <summary>What a subscription (by index) has used, with all that the book up to a sequence did to it.</summary>
    [Alias("Usage")]
    Task<UsageMessage> UsageAsync(int subscription, long bookSequence);

    /// <summary>Which of these subscriptions have usage here that is billed with the period named.</summary>
    [Alias("BilledWith")]
    Task<int[]> BilledWithAsync(int[] subscriptions, int[] periods);

    /// <summary>Waits until it works with the book up to a sequence; false when that takes longer than a call may.</summary>
    [Alias("TookUp")]
    Task<bool> TookUpAsync(long bookSequence);

    /// <summary>Waits until it has stored everything before a position; false when that takes longer than a call may.</summary>
    [Alias("Decided")]
    Task<bool> DecidedAsync(long position);

    /// <summary>How it is doing.</summary>
    [Alias("Status")]
    Task<StatusMessage> StatusAsync();

    /// <summary>A tenant's records in suspense, in groups.</summary>
    [Alias("Suspense")]
    Task<SuspenseMessage[]> SuspenseAsync(string tenant);

    /// <summary>The checkpoint from which on its ledger has all that is in suspense; -1 when nothing is.</summary>
    [Alias("SuspenseFrom")]
    Task<long> SuspenseFromAsync();
}
