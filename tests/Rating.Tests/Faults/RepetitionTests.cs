using System.Text;
using NodaTime;

namespace Rating.Tests.Faults;

/// <summary>Records that come again: after restarts, with other content, in another partition, within the horizon and beyond. Expected verdicts: docs/formats.md, "Verdicts, in this order".</summary>
[Collection(FaultsCollection.Name)]
public sealed class RepetitionTests(FaultFixture fixture)
{
    private const int HorizonDays = 35;

    [FaultFact]
    public async Task A_record_that_comes_again_is_a_duplicate_up_to_the_horizon_and_too_old_beyond_it_across_restarts()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            // The first and the last millisecond of a UTC day. Somebody else writes them into the topic: the timestamp is the time of arrival.
            var first = Instant.FromUtc(2026, 3, 10, 0, 0);
            var dayEnd = Duration.FromDays(1) - Duration.FromMilliseconds(1);
            // One that says when it happened, and one that does not: its time is its arrival.
            string[] events = [FaultUsage.Sms("timed", first), $$"""{"specversion":"1.0","id":"untimed","source":"extra","type":"sms.sent","subject":"{{Processes.ProcessData.Number(0, 0, 0)}}"}"""];
            // (how long after the first; duplicates, too old ones and rated ones by then): docs/formats.md, rules 3 and 4. 35 days, and a millisecond more than the last of them.
            foreach (var (after, duplicates, tooOld, rated) in new[]
            {
                (Duration.Zero, 0, 0, 2), (Duration.FromMilliseconds(1), 2, 0, 2), (Duration.FromDays(1), 4, 0, 2), (Duration.FromDays(HorizonDays) + dayEnd, 6, 0, 2),
                (Duration.FromDays(HorizonDays + 1), 6, 1, 3), (Duration.FromDays(HorizonDays + 1) + dayEnd, 7, 2, 3),
            })
            {
                foreach (var one in events)
                    await world.KafkaSender.SendAsync(FaultUsage.PartitionOfKey(Processes.ProcessData.Number(0, 0, 0)), System.Text.Encoding.UTF8.GetBytes(one), (first + after).ToUnixTimeMilliseconds());
                await world.CaughtUpAsync();
                Assert.Equal((after, duplicates, tooOld, rated), (after, await world.CountAsync("duplicate"), await world.CountAsync("rejected", "tooOld"), await world.CountAsync("rated")));
                if (after < Duration.FromDays(1)) continue; // what is remembered in memory, and from here on what is loaded
                world.Server.Kill();
                await world.StartAsync();
            }

            // The same over HTTP, by the server's own clock.
            world.SetClock(first + Duration.FromDays(2 * HorizonDays));
            await world.PostAsync(events);
            await world.CaughtUpAsync();
            Assert.Equal((8, 3, 3), (await world.CountAsync("duplicate"), await world.CountAsync("rejected", "tooOld"), await world.CountAsync("rated")));
            await world.MustBeSoundAsync();
        });
    }

    [FaultFact]
    public async Task An_id_that_comes_with_other_content_is_suspended_and_the_first_one_stays_across_restarts()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            var time = FaultUsage.InMarch - Duration.FromDays(10);
            await world.PostAsync([FaultUsage.Sms("same", time)]);
            string[] others =
            [
                FaultUsage.Sms("same", time + Duration.FromSeconds(1)), FaultUsage.Sms("same", time, type: "lookup.done"), FaultUsage.Sms("same", time).Replace("\"time\"", "\"data\":{\"a\":1},\"time\"", StringComparison.Ordinal),
            ];
            for (var round = 1; round <= 2; round++)
            {
                await world.PostAsync(others);
                await world.PostAsync([FaultUsage.Sms("same", time)]); // the same content: a repetition of the first
                await world.CaughtUpAsync();
                Assert.Equal((1, others.Length * round, round), (await world.CountAsync("rated"), await world.CountAsync("suspended", "idConflict"), await world.CountAsync("duplicate")));
                world.Server.Kill();
                await world.StartAsync();
            }

            // Another source's id is another id.
            await world.PostAsync([FaultUsage.Sms("same", time, source: "other")]);
            await world.CaughtUpAsync();
            Assert.Equal(2, await world.CountAsync("rated"));
            await world.MustBeSoundAsync();
        });
    }

    [FaultTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_resend_that_landed_in_another_partition_is_billed_once(bool beforeTheSeal)
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            var (here, there) = (FaultUsage.KeyOfPartition(0), FaultUsage.KeyOfPartition(2));
            var time = FaultUsage.InMarch - Duration.FromDays(10);
            List<string> With(string key, int from, int count) => [.. Enumerable.Range(from, count).Select(number => FaultUsage.Sms($"again {number}", time, key))];
            await world.PostAsync(With(here, 0, 30));
            if (beforeTheSeal) await world.PostAsync(With(there, 20, 20)); // 10 of them are the same
            await world.CaughtUpAsync();
            Assert.Equal(beforeTheSeal ? 50 : 30, await world.CountAsync("rated"));
            world.Server.Kill();
            await world.StartAsync();
            await world.CloseAsync("2026-04-01");
            Assert.Equal(beforeTheSeal ? 10 : 0, await world.CountAsync("duplicate"));
            // A seat's plan: 10 messages are included, 11 to 15 cost 0.07 each, from the 16th on 0.055 (the price book): 30: 1.175, 40: 1.725.
            Assert.Equal(beforeTheSeal ? "1.73" : "1.18", await SmsOfAsync(world, "usage"));
            world.SetClock(FaultUsage.InMarch + Duration.FromDays(1));
            if (!beforeTheSeal) await world.PostAsync(With(there, 20, 20)); // after it was billed: 10 late ones, and 10 that are billed
            world.SetClock(FaultUsage.InApril);
            await world.CloseAsync("2026-05-01");
            Assert.Equal(10, await world.CountAsync("duplicate"));
            if (!beforeTheSeal) Assert.Equal("0.55", await SmsOfAsync(world, "lateUsage")); // 1.725 - 1.175, each line rounded: 1.73 - 1.18
            await world.MustBeSoundAsync();
        });
    }

    private static async Task<string> SmsOfAsync(FaultWorld world, string kind)
    {
        var lines = (await world.InvoicesAsync()).Values.SelectMany(json => System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("sections").EnumerateArray())
            .Where(section => section.GetProperty("subscription").GetString() == "a0000-s0").SelectMany(section => section.GetProperty("lines").EnumerateArray())
            .Where(line => line.GetProperty("charge").GetString() == "sms" && line.GetProperty("kind").GetString() == kind);
        return Assert.Single(lines).GetProperty("amount").GetString()!;
    }
}
