using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Orleans.Streams;
using Rating.Domain;
using Rating.Engine.Documents;
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

    /// <summary>At most so often a change is published; of several in between the newest.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1) / Limits.BalanceUpdatesPerSecondMax;

    /// <summary>What did not change is published again after so long: a message in memory may be lost with a silo.</summary>
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WatchedFor = TimeSpan.FromSeconds(10);
    private IGrainTimer? _publishing;
    private long _watched;
    private long _publishedAt;
    private string _published = "";

    private TenantId Tenant => new(GrainKey.Parse(this.GetPrimaryKeyString()).Tenant);

    private SubscriptionId Id => new(GrainKey.Parse(this.GetPrimaryKeyString()).Name);

    public override Task OnActivateAsync(CancellationToken cancellationToken) => node.Started.WaitAsync(cancellationToken);

    public async Task<BalanceMessage> BalanceAsync(long bookSequence)
    {
        await node.Keeper.FollowAsync(bookSequence, CancellationToken.None);
        var balance = await node.Engine.BalanceAsync(Tenant, Id, CancellationToken.None);
        Follow();
        return new BalanceMessage(BillingDocuments.Write(balance), silos.SiloAddress.ToParsableString());
    }

    public Task<CloseMessage> CloseAsync(CloseOrder order)
    {
        var account = node.Keeper.Book.Read(book => book.Tenant(Tenant)?.Subscriptions.GetValueOrDefault(Id.Value)?.Subscription.Account.Value)
            ?? throw new Refused("subscription.unknown", $"There is no subscription '{Id}'.");
        return GrainFactory.GetGrain<IAccountGrain>(GrainKey.Of(Tenant.Value, account)).CloseAsync(order with { Subscription = Id.Value });
    }

    public async Task WatchAsync(long bookSequence)
    {
        await node.Keeper.FollowAsync(bookSequence, CancellationToken.None);
        _watched = node.Time.GetTimestamp();
        _publishing ??= this.RegisterGrainTimer(PublishAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Every) { KeepAlive = true, Interleave = true });
    }

    private async Task PublishAsync(CancellationToken cancellation)
    {
        if (node.Time.GetElapsedTime(_watched) > WatchedFor)
        {
            _publishing?.Dispose();
            (_publishing, _published) = (null, "");
            return;
        }

        var balance = await BalanceAsync(0);
        if (balance.Document == _published && node.Time.GetElapsedTime(_publishedAt) < AgainAfter) return;
        (_published, _publishedAt) = (balance.Document, node.Time.GetTimestamp());
        await this.GetStreamProvider(SiloSetup.Streams).GetStream<BalanceMessage>(StreamId.Create(SiloSetup.Balances, this.GetPrimaryKeyString())).OnNextAsync(balance);
    }

    // When its partition has moved, or another one has most of its usage by now, it goes there at the end of this call: never many at once, only those that are used.
    private void Follow()
    {
        var active = silos.GetActiveSilos();
        if (active.Length == 0) return;
        var silo = node.SiloOf(this.GetPrimaryKeyString(), silos.SiloAddress, active);
        if (silo.Equals(silos.SiloAddress)) return;
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        MigrateOnIdle();
        RequestContext.Remove(IPlacementDirector.PlacementHintKey);
    }
}
