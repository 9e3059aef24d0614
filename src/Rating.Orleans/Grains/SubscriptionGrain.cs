using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Rating.Domain;
using Rating.Engine.Documents;
using Rating.Engine.Partitions;
using Rating.Orleans.Contracts;
using Rating.Orleans.Nodes;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Grains;

/// <summary>The address of a subscription: answers from the silo whose partition holds most of its usage. Keeps nothing but that; a read does not wait behind a close.</summary>
[GrainType(TypeName)]
[Reentrant]
[RendezvousPlacement]
internal sealed class SubscriptionGrain(Node node, ISiloStatusOracle silos) : Grain, ISubscriptionGrain
{
    public const string TypeName = "rating.subscription";

    private TenantId Tenant => new(GrainKey.Parse(this.GetPrimaryKeyString()).Tenant);

    private SubscriptionId Id => new(GrainKey.Parse(this.GetPrimaryKeyString()).Name);

    public override Task OnActivateAsync(CancellationToken cancellationToken) => node.Started.WaitAsync(cancellationToken);

    public async Task<BalanceMessage> BalanceAsync(long bookSequence)
    {
        await node.Keeper.FollowAsync(bookSequence, CancellationToken.None);
        var (balance, parts) = await node.Engine.BalanceHereAsync(Tenant, Id, CancellationToken.None);
        Follow(parts);
        return new BalanceMessage(BillingDocuments.Write(balance), silos.SiloAddress.ToParsableString());
    }

    public Task<CloseMessage> CloseAsync(CloseOrder order)
    {
        var account = node.Keeper.Book.Read(book => book.Tenant(Tenant)?.Subscriptions.GetValueOrDefault(Id.Value)?.Subscription.Account.Value)
            ?? throw new Refused("subscription.unknown", $"There is no subscription '{Id}'.");
        return GrainFactory.GetGrain<IAccountGrain>(GrainKey.Of(Tenant.Value, account)).CloseAsync(order with { Subscription = Id.Value });
    }

    public Task WatchAsync() => Task.CompletedTask;

    // When its partition has moved, or another one has most of its usage by now, it goes there at the end of this call: never many at once, only those that are used.
    private void Follow(IReadOnlyList<PartitionUsage> parts)
    {
        var (home, most) = (node.FirstGuess(this.GetPrimaryKeyString()), 0L);
        for (var partition = 0; partition < parts.Count; partition++)
            if (parts[partition].Records is var records && records > most) (home, most) = (partition, records);
        var active = silos.GetActiveSilos();
        if (active.Length == 0 || Rendezvous.OfPartition(home, active) is not { } silo || silo.Equals(silos.SiloAddress)) return;
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        MigrateOnIdle();
        RequestContext.Remove(IPlacementDirector.PlacementHintKey);
    }
}
