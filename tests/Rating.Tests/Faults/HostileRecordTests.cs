using System.Text;
using Rating.Domain;
using Rating.Kafka;

namespace Rating.Tests.Faults;

/// <summary>Records that no honest sender writes, between good ones: each gets its verdict, none stops its neighbours, and the server starts again over all of them.</summary>
[Collection(FaultsCollection.Name)]
public sealed class HostileRecordTests(FaultFixture fixture)
{
    [FaultFact]
    public async Task Poison_between_good_records_is_rejected_record_by_record_and_its_neighbours_are_rated()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            var place = FaultUsage.PartitionOfKey(Processes.ProcessData.Number(0, 0, 0));
            var now = FaultUsage.InMarch.ToUnixTimeMilliseconds();
            byte[]?[] poison =
            [
                null, [], [0xFF, 0xFE, 0], "{"u8.ToArray(), "[]"u8.ToArray(), "{}"u8.ToArray(), Encoding.UTF8.GetBytes(new string('[', 50_000)), Encoding.UTF8.GetBytes(new string('{', 50_000).Replace("{", "{\"a\":", StringComparison.Ordinal)),
                new byte[Limits.PayloadBytesMax + 1], new byte[900_000], Encoding.UTF8.GetBytes("{\"specversion\":\"1.0\",\"id\":\"\\ud800\",\"source\":\"s\",\"type\":\"sms.sent\"}"),
                Encoding.UTF8.GetBytes(FaultUsage.Sms("x", FaultUsage.InMarch).Replace("\"1.0\"", "\"0.3\"", StringComparison.Ordinal)), Encoding.UTF8.GetBytes(FaultUsage.Sms(new string('i', 2_000), FaultUsage.InMarch)),
                Encoding.UTF8.GetBytes(FaultUsage.Sms("x", FaultUsage.InMarch).Replace("2026-04", "1026-04", StringComparison.Ordinal)), Encoding.UTF8.GetBytes("\uFEFF" + FaultUsage.Sms("bom", FaultUsage.InMarch)),
            ];
            (string, byte[])[][] headers =
            [
                [(KafkaHeaders.Tenant, [0xFF])], [(KafkaHeaders.ContentType, Encoding.ASCII.GetBytes(KafkaHeaders.Refusal))], [("ce_id", [0xFF]), ("ce_", []), ("ce_data", "{}"u8.ToArray())],
            ];
            var good = 0;
            Task GoodAsync() => world.KafkaSender.SendAsync(place, Encoding.UTF8.GetBytes(FaultUsage.Sms($"good {good++}", FaultUsage.InMarch - NodaTime.Duration.FromDays(3))), now);
            for (var round = 0; round < 2; round++)
            {
                foreach (var value in poison)
                {
                    await GoodAsync();
                    await world.KafkaSender.SendAsync(place, value, now);
                }

                foreach (var some in headers)
                {
                    await GoodAsync();
                    await world.KafkaSender.SendAsync(place, "x"u8.ToArray(), now, some);
                }

                await GoodAsync();
                await world.CaughtUpAsync();
                Assert.Equal((good, (round + 1) * (poison.Length + headers.Length)), (await world.CountAsync("rated"), await world.CountAsync("rejected", "malformed")));
                if (round > 0) break;
                world.Server.Kill();
                await world.StartAsync();
            }

            await world.CloseAsync("2026-04-01");
            await world.MustBeSoundAsync();
        });
    }
}
