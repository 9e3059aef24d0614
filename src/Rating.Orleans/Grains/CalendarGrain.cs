using Orleans;
using Orleans.Runtime;
using Rating.Engine.Closing;
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
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);

    public override Task OnActivateAsync(CancellationToken cancellationToken) => node.Started.WaitAsync(cancellationToken);

    public async Task StartAsync()
    {
        // A silo that has joined looks soon: what was half done is finished, and nobody has to be there when the interval is over.
        if (node.Cluster.CalendarEvery is { } every) await this.RegisterOrUpdateReminder(Reminder, FirstLook, every);
        else if (await this.GetReminder(Reminder) is { } before) await this.UnregisterReminder(before);
    }

    public async Task LookAsync()
    {
        await node.Keeper.RefreshAsync(CancellationToken.None);
        await new CloseCalendar(node.Engine, (what, why) => NodeLog.NotClosed(node.Logger, what, why)).LookAsync(CancellationToken.None);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        // It was due when this silo was told that there is no calendar.
        if (node.Cluster.CalendarEvery is null) return;
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
}
