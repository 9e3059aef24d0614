using Orleans;
using Orleans.Runtime;
using Rating.Domain;
using Rating.Orleans.Contracts;
using Rating.Orleans.Nodes;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Grains;

/// <summary>Looks for what is due and closes it, tenant by tenant. A reminder wakes it: one for the cluster, not one per subscription.</summary>
[GrainType(TypeName)]
[RendezvousPlacement]
internal sealed class CalendarGrain(Node node) : Grain, ICalendarGrain, IRemindable
{
    public const string TypeName = "rating.calendar";
    private const string Reminder = "look";

    public override Task OnActivateAsync(CancellationToken cancellationToken) => node.Started.WaitAsync(cancellationToken);

    public async Task StartAsync()
    {
        if (node.Cluster.CalendarEvery is { } every) await this.RegisterOrUpdateReminder(Reminder, every, every);
    }

    public async Task LookAsync()
    {
        await node.Keeper.RefreshAsync(CancellationToken.None);
        Tell((await node.Engine.ResumeClosesAsync(CancellationToken.None)).Parked);
        foreach (var tenant in node.Keeper.Book.Read(book => book.Tenants.Select(tenant => tenant.Id.Value).ToList()))
        {
            var done = await GrainFactory.GetGrain<IAccountGrain>(GrainKey.Of(tenant, "")).CloseAsync(new CloseOrder("", "", node.Keeper.Book.Sequence));
            Tell([.. done.Parked.Zip(done.Why)]);
        }
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            await LookAsync();
        }
        catch (Exception error)
        {
            // The next tick tries again.
            NodeLog.NotLooked(node.Logger, error.Message);
        }
    }

    private void Tell(IReadOnlyList<(string Subscription, string Why)> parked)
    {
        foreach (var (subscription, why) in parked) NodeLog.Parked(node.Logger, subscription, why);
    }
}
