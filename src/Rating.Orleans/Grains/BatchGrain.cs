using Orleans;
using Orleans.Runtime;
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

    public async Task<CloseMessage> FinishAsync(long bookSequence)
    {
        if (_done is not null) return _done;
        await node.Keeper.FollowAsync(bookSequence, CancellationToken.None);
        var batch = node.Keeper.Book.Read(book => book.Batches[this.GetPrimaryKeyLong()]);
        var (snapshots, parked) = await node.Engine.FinishHereAsync(batch, CancellationToken.None);
        var message = new CloseMessage(snapshots.Count, [], [.. parked.Select(one => one.Subscription)], [.. parked.Select(one => one.Why)]);
        // What is parked is tried again the next time.
        if (parked.Count == 0) _done = message;
        return message;
    }
}
