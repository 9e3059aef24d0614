using Rating.Domain;
using Rating.Engine.Views;

namespace Rating.Engine.Partitions;

/// <summary>Where the partitions are, for those who command and ask them: in this process, or spread over a cluster.</summary>
/// <remarks>Whoever asks names the book sequence that the answer must have: a partition elsewhere may be ahead of this process, or behind it. It waits until it is no longer behind.</remarks>
internal interface IPartitionHost : IAsyncDisposable
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Memory that the remembered ids of the partitions in this process take, in bytes, and how many they are.</summary>
    (long Bytes, long Count) RememberedIds { get; }

    /// <summary>Where subscriptions and close batches are; null when all are in this process.</summary>
    IAddresses? Addresses => null;

    /// <summary>Runs something in one process at a time, until this one ends: here when all partitions are, in a cluster wherever its address is. While membership changes, two may run it for a moment: the store's keys decide then.</summary>
    /// <param name="name">The same in all processes.</param>
    /// <param name="run">Runs until cancelled.</param>
    void RunAlone(string name, Func<CancellationToken, Task> run);

    /// <summary>Begins to run partitions: returns when those that belong here are open.</summary>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Tells that the book of this process has new changes.</summary>
    void BookChanged();

    /// <summary>Hands a command to a partition; made anew and handed over again when the partition had to be opened anew meanwhile.</summary>
    Task<(long Tried, long Changed)> ExecuteAsync(int partition, Func<PartitionCommand> command, CancellationToken cancellation);

    /// <summary>What a subscription (by index) has used, with all that the book up to a sequence did to it.</summary>
    /// <exception cref="Unavailable">The partition is being opened.</exception>
    Task<PartitionUsage> UsageAsync(int partition, int subscription, long sequence, CancellationToken cancellation);

    /// <summary>Which of these subscriptions (by index) have usage here that is billed with the period named.</summary>
    Task<IReadOnlyList<int>> BilledWithAsync(int partition, IReadOnlyList<(int Subscription, int Period)> asked, CancellationToken cancellation);

    /// <summary>Waits until all partitions work with the book up to a sequence, and have stored what it changed for them.</summary>
    Task TookUpAsync(long sequence, CancellationToken cancellation);

    /// <summary>Waits until the partitions have stored everything before these positions.</summary>
    Task DecidedAsync(IReadOnlyDictionary<int, long> ends, CancellationToken cancellation);

    /// <summary>Waits until everything that is in the log now has its verdict stored.</summary>
    Task CaughtUpAsync(CancellationToken cancellation);

    /// <summary>How each partition is doing; one that does not answer has a problem.</summary>
    Task<IReadOnlyList<PartitionStatus>> StatusAsync(CancellationToken cancellation);

    /// <summary>Why this process cannot do its part; none when it can.</summary>
    IReadOnlyList<string> NotReady();

    /// <summary>A tenant's records in suspense, in groups per partition.</summary>
    Task<IReadOnlyList<SuspenseGroup>> SuspenseAsync(TenantId tenant, CancellationToken cancellation);

    /// <summary>The checkpoint of a partition from which on its ledger has all that is in suspense; null when nothing is.</summary>
    Task<long?> SuspenseFromAsync(int partition, CancellationToken cancellation);
}
