using Orleans;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Nodes;

/// <summary>Sees to it that each duty is done by some silo: asks every second, from every silo, so that it goes on within a second of its silo's death.</summary>
internal sealed class DutyKeeper(Node node, IGrainFactory grains)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            foreach (var duty in node.Duties.Keys)
            {
                try
                {
                    await grains.GetGrain<IDutyGrain>(duty).KeepAsync().WaitAsync(cancellation);
                }
                catch (Exception error) when (!cancellation.IsCancellationRequested)
                {
                    // A silo goes, or has just begun: asked again. Whatever else it is keeps back no other duty.
                    if (!ClusterPartitions.Passes(error)) NodeLog.Failed(node.Logger, duty, error.Message);
                }
            }

            await Task.Delay(Every, node.Time, cancellation);
        }
    }
}
