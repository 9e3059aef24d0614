using System.Text;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Engine;

namespace Rating.Tests.Faults;

/// <summary>Time at its edges: the tick before, at and after each limit, and clocks that jump. Expected verdicts: docs/formats.md, "Verdicts, in this order", rules 2 and 11.</summary>
[Collection(FaultsCollection.Name)]
public sealed class ClockTests(FaultFixture fixture)
{
    private static readonly Duration Tick = Duration.FromTicks(1);

    [FaultFact]
    public async Task Each_limit_of_time_is_exact_to_the_tick_before_at_and_after_it()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            var subject = Processes.ProcessData.Number(0, 0, 0);
            var place = FaultUsage.PartitionOfKey(subject);
            // March of Berlin ends here (summer time since the 29th).
            var cutOff = Instant.FromUtc(2026, 3, 31, 22, 0);
            var arrival = cutOff + Duration.FromDays(30);
            Task SendAsync(string id, Instant time, Instant ingest) => world.KafkaSender.SendAsync(place, Encoding.UTF8.GetBytes(FaultUsage.Sms(id, time)), ingest.ToUnixTimeMilliseconds());
            async Task<(long Rated, long Late, long TooOld, long Future)> CountsAsync()
            {
                await world.CaughtUpAsync();
                return (await world.CountAsync("rated"), await world.CountAsync("late"), await world.CountAsync("rejected", "tooOld"), await world.CountAsync("rejected", "futureTime"));
            }

            // An event for March that is there when March is closed, so that its hours are seen and March's invoice has usage.
            await SendAsync("march", cutOff - Duration.FromDays(20), cutOff - Duration.FromDays(20));
            // As far in the future as may be: 24 hours; a tick more is refused.
            var now = cutOff - Duration.FromDays(19);
            await SendAsync("future -1", now + Duration.FromHours(24) - Tick, now);
            await SendAsync("future 0", now + Duration.FromHours(24), now);
            await SendAsync("future +1", now + Duration.FromHours(24) + Tick, now);
            Assert.Equal((3, 0, 0, 1), await CountsAsync());
            world.SetClock(cutOff + Duration.FromHours(25));
            await world.CloseAsync("2026-04-01");

            // The end of the sealed period: the last tick of March is late; April's first two are not.
            await SendAsync("cut-off -1", cutOff - Tick, arrival);
            Assert.Equal((3, 1, 0, 1), await CountsAsync());
            await SendAsync("cut-off 0", cutOff, arrival);
            await SendAsync("cut-off +1", cutOff + Tick, arrival);
            Assert.Equal((5, 1, 0, 1), await CountsAsync());

            // How old usage for a sealed period may be: 35 days; a tick more is too old.
            var limit = arrival - Duration.FromDays(35);
            await SendAsync("window -1", limit - Tick, arrival);
            Assert.Equal((5, 1, 1, 1), await CountsAsync());
            await SendAsync("window 0", limit, arrival);
            await SendAsync("window +1", limit + Tick, arrival);
            Assert.Equal((5, 3, 1, 1), await CountsAsync());

            world.SetClock(FaultUsage.InApril);
            await world.CloseAsync("2026-05-01");
            await world.MustBeSoundAsync();
        });
    }

    [FaultFact]
    public async Task A_period_may_be_closed_when_its_grace_is_over_and_no_clock_step_closes_it_sooner_or_twice()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            await world.SendAsync(world.Usage.March);
            var graceOver = Instant.FromUtc(2026, 4, 1, 22, 0);
            var twoHours = (long)Duration.FromHours(2).TotalSeconds;
            world.SetClock(graceOver - Duration.FromHours(1));
            Assert.Equal("close.early", (await Assert.ThrowsAsync<Refused>(() => world.CloseAsync("2026-04-01"))).Code);
            var early = world.ClockOffset;
            world.StepClock(early + twoHours);
            await world.CloseAsync("2026-04-01");
            var invoices = await world.InvoicesAsync();
            world.StepClock(early);
            await world.CloseAsync("2026-04-01"); // closed is closed: nothing is due, nothing is made
            Assert.Equal(invoices, await world.InvoicesAsync());
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }

    [FaultFact]
    public async Task A_clock_that_steps_two_hours_forward_and_back_loses_and_repeats_nothing()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            // From noon, so that no step leaves the day before the close; then across midnight, and hours are counted back and forth.
            var twoHours = (long)Duration.FromHours(2).TotalSeconds;
            var start = world.ClockOffset;
            await world.RunMarchAsync(async number =>
            {
                world.StepClock(start + ((number % 3) - 1) * twoHours);
                if (number % 12 != 5) return;
                world.Server.Kill();
                await world.StartAsync();
            });
            world.StepClock(start);
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }
}
