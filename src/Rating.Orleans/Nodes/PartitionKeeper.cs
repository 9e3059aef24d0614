using System.Collections.Concurrent;
using Orleans;
using Orleans.Metadata;
using Orleans.Runtime;
using Rating.Orleans.Contracts;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Nodes;

/// <summary>Keeps the partitions of this silo served: starts those that belong here and are nowhere, and lets go those that belong elsewhere, whenever membership changes and every second.</summary>
internal sealed class PartitionKeeper(Node node, IGrainFactory grains, ISiloStatusOracle silos, IClusterManifestProvider manifests) : ISiloStatusListener
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<int, bool> _busy = new();
    private readonly Signal _changed = new();

    public async Task RunAsync(CancellationToken cancellation)
    {
        silos.SubscribeToSiloStatusEvents(this);
        node.BelongsHere = partition => Active() is not { Length: > 0 } active || Rendezvous.OfPartition(partition, active).Equals(silos.SiloAddress);
        while (!cancellation.IsCancellationRequested)
        {
            var (changed, served) = (_changed.Next, node.Changed.Next);
            if (silos.CurrentStatus == SiloStatus.Active) Look();
            await Task.WhenAny(changed, served, Task.Delay(Every, node.Time, cancellation));
        }

        silos.UnSubscribeFromSiloStatusEvents(this);
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        NodeLog.Membership(node.Logger, updatedSilo.ToParsableString(), status.ToString());
        _changed.Tell();
    }

    // Placement gives nothing to a silo before it knows what that silo can do.
    private SiloAddress[] Active() => Array.FindAll(silos.GetActiveSilos(), manifests.Current.Silos.ContainsKey);

    private void Look()
    {
        var active = Active();
        if (active.Length == 0) return;
        for (var id = 0; id < node.Log.Partitions; id++)
        {
            var (partition, belongsHere) = (id, Rendezvous.OfPartition(id, active).Equals(silos.SiloAddress));
            if (belongsHere == node.Served.ContainsKey(partition)) continue;
            if (!_busy.TryAdd(partition, true)) continue;
            _ = Task.Run(() => PutRightAsync(partition, belongsHere));
        }
    }

    private async Task PutRightAsync(int partition, bool belongsHere)
    {
        try
        {
            if (!belongsHere && node.Served.TryGetValue(partition, out var served)) await served.LeaveAsync();
            // Whoever is called first makes it be served, where placement says: the silo that lets it go need not wait for the one that gets it.
            await grains.GetGrain<IPartitionGrain>(partition).KeepAsync();
        }
        catch (Exception error)
        {
            NodeLog.NotPlaced(node.Logger, partition, error.Message);
        }
        finally
        {
            _busy.TryRemove(partition, out _);
        }
    }
}
