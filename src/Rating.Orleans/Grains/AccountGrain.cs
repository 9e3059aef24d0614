using NodaTime.Text;
using Orleans;
using Orleans.Runtime;
using Rating.Domain;
using Rating.Engine.Documents;
using Rating.Orleans.Contracts;
using Rating.Orleans.Nodes;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Grains;

/// <summary>Closes and bills one account, one close or bill run at a time; the work of its batches is spread over the cluster. That of a tenant has each account bill itself.</summary>
[GrainType(TypeName)]
[RendezvousPlacement]
internal sealed class AccountGrain(Node node) : Grain, IAccountGrain
{
    public const string TypeName = "rating.account";

    public override Task OnActivateAsync(CancellationToken cancellationToken) => node.Started.WaitAsync(cancellationToken);

    public Task<CloseMessage> CloseAsync(CloseOrder order) => node.DoAsync(async () =>
    {
        await node.Keeper.FollowAsync(order.BookSequence, CancellationToken.None);
        var (tenant, account) = GrainKey.Parse(this.GetPrimaryKeyString());
        var outcome = await node.Engine.CloseAsync(
            new TenantId(tenant), account.Length == 0 ? null : new AccountId(account), order.Subscription.Length == 0 ? null : new SubscriptionId(order.Subscription),
            order.Through.Length == 0 ? null : LocalDatePattern.Iso.Parse(order.Through).GetValueOrThrow(), CancellationToken.None);
        return new CloseMessage(
            outcome.SnapshotCount, [.. outcome.Invoices.Select(invoice => invoice.Number)], [.. outcome.Parked.Select(parked => parked.Subscription)], [.. outcome.Parked.Select(parked => parked.Why)])
        {
            Document = BillingDocuments.Write(outcome),
        };
    });

    public Task<InvoiceMessage[]> BillAsync(BillOrder order) => node.DoAsync<InvoiceMessage[]>(async () =>
    {
        await node.Keeper.FollowAsync(order.BookSequence, CancellationToken.None);
        var (tenant, account) = GrainKey.Parse(this.GetPrimaryKeyString());
        var made = await node.Engine.BillHereAsync(new TenantId(tenant), new AccountId(account), order.Activations, order.Thresholds, CancellationToken.None);
        return [.. made.Select(invoice => new InvoiceMessage(invoice.Number, invoice.Account, invoice.Cycle, invoice.Date, invoice.Total, invoice.Currency))];
    });
}
