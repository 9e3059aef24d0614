using Xunit.Abstractions;

namespace Rating.Orleans.Tests.Processes;

/// <summary>The calendar of real processes: a reminder in the database wakes it.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CalendarProcessTests(ClusterServers servers, ITestOutputHelper output)
{
    [ClusterFact]
    public async Task A_reminder_wakes_the_calendar_which_closes_and_bills_until_it_is_switched_off()
    {
        using var world = await ClusterWorld.MakeAsync(servers, output);
        await world.StartAsync(1);
        await world.OnboardAsync();
        await world.SendAsync(200);
        await world.CaughtUpAsync();
        Assert.Equal((0L, 0L), (Reminders(world), world.Sql("SELECT count(*) FROM rating.invoice")));
        Stop(world);

        // All of March, and every month since, is over.
        world.CalendarSeconds = 60;
        await world.StartAsync(1);
        await Until.SoAsync("each account has its invoice of March", () => Task.FromResult((long)world.Sql("SELECT count(*) FROM rating.invoice WHERE cycle = '2026-04-01'")! == world.Accounts));
        Assert.Equal(1L, Reminders(world));
        Stop(world);

        world.CalendarSeconds = 0;
        await world.StartAsync(1);
        await Until.SoAsync("nobody is reminded any more", () => Task.FromResult(Reminders(world) == 0));
    }

    private static long Reminders(ClusterWorld world) => (long)world.Sql("SELECT count(*) FROM rating.cluster_reminder")!;

    private static void Stop(ClusterWorld world)
    {
        using var node = world.Take(0);
        node.Server.Terminate(0);
    }
}
