using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;
using Rating.Engine.Partitions;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Nodes;

/// <summary>Asks the other silos, ten times a second, which subscriptions have usage in their partitions. A partition that is not heard of is asked for every running charge instead.</summary>
internal sealed class HolderFollower(Node node, IGrainFactory grains, ISiloStatusOracle silos)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<SiloAddress, bool> _busy = new();

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Every, node.Time);
        try
        {
            do
                foreach (var other in silos.GetActiveSilos())
                    // One that answers late holds up no other.
                    if (!other.Equals(silos.SiloAddress) && _busy.TryAdd(other, true)) _ = AskAsync(other);
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private async Task AskAsync(SiloAddress other)
    {
        try
        {
            var (epochs, versions) = node.Holders.Cursor();
            var asked = node.Time.GetTimestamp();
            foreach (var one in await grains.GetGrain<INodeGrain>(other.ToParsableString()).HoldingsAsync(epochs, versions))
                node.Holders.Take(one.Partition, other, new PartitionHoldings(one.Epoch, one.Since, one.Version, one.BookSequence, one.Lag, one.Block), asked);
        }
        catch (Exception silent)
        {
            // It goes, it is busy, or it is of a version that does not know the question: its partitions are asked for every running charge meanwhile.
            NodeLog.NotHeard(node.Logger, other.ToParsableString(), silent.Message);
        }
        finally
        {
            _busy.TryRemove(other, out _);
        }
    }
}
