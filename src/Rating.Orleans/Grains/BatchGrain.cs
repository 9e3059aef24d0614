using Orleans;
using Orleans.Runtime;
using Rating.Engine.Documents;
using Rating.Orleans.Contracts;
using Rating.Orleans.Nodes;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Grains;

/// <summary>Finishes one close batch in the silo that its number is placed in. Not reentrant: who asks while it is being finished waits, and then finds it done.</summary>
[GrainType(TypeName)]
[RendezvousPlacement]
internal sealed class BatchGrain(Node node) : Grain, IBatchGrain
{
    public const string TypeName = "rating.batch";
    private CloseMessage? _done;

    public override Task OnActivateAsync(CancellationToken cancellationToken) => node.Started.WaitAsync(cancellationToken);

    public Task<CloseMessage> FinishAsync(long bookSequence) => node.DoAsync(async () =>
    {
        if (_done is not null) return _done;
        await node.Keeper.FollowAsync(bookSequence, CancellationToken.None);
        var batch = node.Keeper.Book.Read(book => book.Batches[this.GetPrimaryKeyLong()]);
        var closed = await node.Engine.FinishHereAsync(batch, CancellationToken.None);
        // What is parked is tried again the next time. Who only asks again has made nothing.
        if (closed.Parked.Count == 0) _done = new CloseMessage(0, [], [], []);
        return new CloseMessage(closed.SnapshotCount, [], [.. closed.Parked.Select(one => one.Subscription)], [.. closed.Parked.Select(one => one.Why)])
        {
            SnapshotDocuments = [.. closed.Snapshots.Select(BillingDocuments.Write)],
        };
    });
}
