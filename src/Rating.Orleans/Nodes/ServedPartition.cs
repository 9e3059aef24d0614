using Rating.Engine;
using Rating.Engine.Partitions;

namespace Rating.Orleans.Nodes;

/// <summary>A partition that a grain of this process serves.</summary>
/// <param name="Runner">Runs it.</param>
/// <param name="LeaveAsync">Stores what was applied and ends the grain's activation, so that the next one begins where placement says.</param>
internal sealed record ServedPartition(PartitionRunner Runner, Func<Task> LeaveAsync)
{
    /// <summary>How long a question waits for what the partition has not done yet; then it may be asked again, here or wherever the partition is by then.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

    /// <summary>What a subscription has used, with all that the book up to a sequence did to it.</summary>
    /// <exception cref="Unavailable">The partition has not taken up the book yet.</exception>
    public async Task<PartitionUsage> UsageAsync(int subscription, long sequence, TimeProvider time)
    {
        using var patience = new CancellationTokenSource(WaitMax, time);
        try
        {
            return await Runner.UsageAsync(subscription, sequence, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new Unavailable($"Partition {Runner.Status.Partition} has not taken up the book yet.");
        }
    }
}
