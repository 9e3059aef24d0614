using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Rating.Engine;
using Rating.Orleans.Grains;
using Rating.Orleans.Nodes;

namespace Rating.Orleans.Placement;

/// <summary>Finds the silo of a grain: of a partition by rendezvous; of a subscription that of its home, the partition that has most of its usage; of a node the silo that it stands for; of all others by rendezvous of their name.</summary>
internal sealed class RendezvousDirector(Node node, ILocalSiloDetails here) : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) ?? OfGrain(target.GrainIdentity, silos));
    }

    private SiloAddress OfGrain(GrainId grain, SiloAddress[] silos)
    {
        var (type, key) = (grain.Type.ToString()!, grain.Key.ToString()!);
        return type switch
        {
            PartitionGrain.TypeName when grain.TryGetIntegerKey(out var partition, out _) => Rendezvous.OfPartition((int)partition, silos),
            SubscriptionGrain.TypeName => node.SiloOf(key, here.SiloAddress, silos),
            // Begun anywhere else, it would stay there, and speak for the wrong silo.
            NodeGrain.TypeName => Array.Find(silos, silo => silo.ToParsableString() == key) ?? throw new Unavailable($"Silo {key} is not known here yet."),
            _ => Rendezvous.Of($"{type}/{key}", silos),
        };
    }
}
