using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Rating.Orleans.Grains;
using Rating.Orleans.Nodes;

namespace Rating.Orleans.Placement;

/// <summary>Finds the silo of a grain: of a partition by rendezvous; of a subscription that of the partition of its key; of a node the silo that it stands for; of all others by rendezvous of their name.</summary>
internal sealed class RendezvousDirector(Node node) : IPlacementDirector
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
            SubscriptionGrain.TypeName => Rendezvous.OfPartition(node.FirstGuess(key), silos),
            NodeGrain.TypeName when Array.Find(silos, silo => silo.ToParsableString() == key) is { } itself => itself,
            _ => Rendezvous.Of($"{type}/{key}", silos),
        };
    }
}
