using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Rating.Domain;
using Rating.Orleans.Contracts;
using Rating.Orleans.Nodes;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Grains;

/// <summary>Stands for its silo.</summary>
[GrainType(TypeName)]
[Reentrant]
[RendezvousPlacement]
internal sealed class NodeGrain(Node node) : Grain, INodeGrain
{
    public const string TypeName = "rating.node";

    public override Task OnActivateAsync(CancellationToken cancellationToken) => node.Started.WaitAsync(cancellationToken);

    public Task<ProgressMessage> CloseProgressAsync(string tenant)
    {
        var now = node.Engine.CloseProgressHere(new TenantId(tenant));
        return Task.FromResult(new ProgressMessage(now.Done, now.Of));
    }

    public Task FollowAsync(long bookSequence) => node.Keeper.FollowAsync(bookSequence, CancellationToken.None);

    public Task<HoldingsMessage[]> HoldingsAsync(long[] epochs, long[] versions)
    {
        node.Asked();
        return Task.FromResult<HoldingsMessage[]>([.. node.Served
            .Select(served => (Partition: served.Key, Held: served.Value.Runner.HoldingsSince(epochs[served.Key], versions[served.Key])))
            .Where(one => one.Held is not null)
            .Select(one => new HoldingsMessage(one.Partition, one.Held!.Epoch, one.Held.Since, one.Held.Version, one.Held.BookSequence, one.Held.Lag, one.Held.Block))]);
    }
}
