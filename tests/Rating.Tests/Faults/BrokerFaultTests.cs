using System.Diagnostics;
using Confluent.Kafka;
using Xunit.Abstractions;

namespace Rating.Tests.Faults;

/// <summary>Brokers that go and come, leaders that change, answers that are errors or get lost, records delivered again, records that are gone.</summary>
[Collection(FaultsCollection.Name)]
public sealed class BrokerFaultTests(FaultFixture fixture, ITestOutputHelper output)
{
    private const short Produce = 0, Fetch = 1, ListOffsets = 2;
    private const int NotLeader = 6, TimedOut = 7, NotEnoughReplicas = 19;

    [FaultFact]
    public async Task Brokers_that_are_down_acknowledge_nothing_and_usage_flows_again_when_they_are_up()
    {
        using var kafka = await MockKafka.StartAsync(3);
        var world = await FaultWorld.MakeAsync(fixture, kafka: kafka);
        (world.Environment["RATING__KAFKA__APPENDTIMEOUTSECONDS"], world.Environment["RATING__KAFKA__READTIMEOUTSECONDS"]) = ("2", "2");
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            await world.UnderLoadAsync(world.Usage.March, async () =>
            {
                for (var broker = 1; broker <= kafka.Brokers; broker++) await kafka.DownAsync(broker);
                Assert.False(await world.TryPostAsync([FaultUsage.Sms("down", FaultUsage.InMarch, type: "no.such.meter")]), "acknowledged without a broker");
                await world.DegradedAsync("the log does not answer");
                var before = world.Acknowledged;
                for (var broker = 1; broker <= kafka.Brokers; broker++) await kafka.UpAsync(broker);
                var taken = await Until.SoAsync("usage is taken again", () => Task.FromResult(world.Acknowledged > before));
                var watch = Stopwatch.StartNew();
                await world.CaughtUpAsync();
                output.WriteLine($"takes again {taken.TotalMilliseconds:0} ms after the brokers are up, and rates all of it {watch.ElapsedMilliseconds} ms later");
            });
            await world.CloseAsync("2026-04-01");
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }

    [FaultFact]
    public async Task Leaders_that_change_errors_that_pass_and_slow_answers_lose_and_repeat_nothing()
    {
        using var kafka = await MockKafka.StartAsync(3);
        var world = await FaultWorld.MakeAsync(fixture, kafka: kafka);
        var random = new Random(world.Seed);
        // With several requests on their way, the mock would let one be lost that librdkafka then reports as persisted (docs/faults.md).
        world.Environment["RATING__KAFKA__PROPERTIES__MAX_IN_FLIGHT"] = "1";
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            await world.UnderLoadAsync(world.Usage.March, async () =>
            {
                for (var number = 0; number < 24; number++)
                {
                    await kafka.LeaderAsync(world.Topic, random.Next(FaultUsage.Partitions), random.Next(1, kafka.Brokers + 1));
                    switch (number % 6)
                    {
                        case 0: await kafka.ErrorsAsync(Produce, NotLeader, NotEnoughReplicas, TimedOut); break;
                        case 1: await kafka.ErrorsAsync(Fetch, NotLeader, TimedOut); break;
                        case 2: await kafka.ErrorsAsync(ListOffsets, NotLeader, TimedOut); break;
                        case 3: await kafka.LatencyAsync(random.Next(1, kafka.Brokers + 1), random.Next(2) * 50); break;
                        case 4: await kafka.DownAsync(1); await kafka.UpAsync(1); break;
                        default: break;
                    }

                    var before = world.Acknowledged;
                    await Until.SoAsync("usage is taken nevertheless", () => Task.FromResult(world.Acknowledged > before));
                }
            });
            await world.CloseAsync("2026-04-01");
            await world.RunAprilAsync();
            for (var broker = 1; broker <= kafka.Brokers; broker++) await kafka.LatencyAsync(broker, 0);
            foreach (var request in new[] { Produce, Fetch, ListOffsets }) await kafka.ClearErrorsAsync(request);
            await world.MustEndAsUndisturbedAsync();
        });
    }

    [FaultFact]
    public async Task An_append_whose_acknowledgement_is_cut_off_counts_once()
    {
        using var kafka = await MockKafka.StartAsync(1);
        await using var proxy = new TcpProxy(kafka.PortOf(1), ProxyProtocol.Kafka);
        var world = await FaultWorld.MakeAsync(fixture, kafka: kafka);
        await kafka.ProxyAsync(1, proxy);
        world.Environment["RATING__KAFKA__BOOTSTRAPSERVERS"] = $"127.0.0.1:{proxy.Port}";
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            var left = 5;
            foreach (var batch in world.Usage.March)
            {
                // The server's own: the kit's senders come through the proxy, too.
                var isCut = batch.Partition is null && left-- > 0;
                if (isCut) proxy.LoseNextReply("produce acks=-1 of rating-writer");
                await world.SendAsync([batch]);
                if (isCut) await proxy.Happened;
            }

            await world.CloseAsync("2026-04-01");
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }

    [FaultFact]
    public async Task Everything_delivered_again_from_offset_0_has_no_effect()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            await world.RunMarchAsync();
            await world.CaughtUpAsync();
            var before = (await world.ReconciliationAsync()).Verdicts;
            var topic = TopicContent.Read(world.Kafka.Bootstrap, world.Topic, FaultUsage.Partitions);
            world.Server.Kill();
            // The group's positions go back to the beginning, as an operator's reset would have them; and a mirror delivers the whole topic once more.
            using (var consumer = new ConsumerBuilder<Ignore, byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = world.Kafka.Bootstrap, ["group.id"] = "rating" }).Build())
                consumer.Commit(Enumerable.Range(0, FaultUsage.Partitions).Select(partition => new TopicPartitionOffset(world.Topic, partition, 0)));
            foreach (var (partition, _, value, timestamp, headers) in topic.Records)
                await world.KafkaSender.SendAsync(partition, value, timestamp.UnixTimestampMs, [.. headers.Select(header => (header.Key, header.GetValueBytes()))]);
            await world.StartAsync();
            await world.CaughtUpAsync();
            var after = (await world.ReconciliationAsync()).Verdicts;
            Assert.Equal((before.Rated, before.Late, before.NotBillable), (after.Rated, after.Late, after.NotBillable));
            Assert.Equal(topic.Records.Count, after.Sum - before.Sum);
            // What was malformed is so again, and what conflicted conflicts again; all else repeats what is known.
            Assert.Equal(2 * before.Rejected, after.Rejected);
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }

    [FaultFact]
    public async Task A_partition_whose_records_are_gone_stops_and_says_so_and_goes_on_when_the_log_is_restored()
    {
        const int hurt = 1;
        using var kafka = await MockKafka.StartAsync(1);
        using var restored = await MockKafka.StartAsync(1);
        var world = await FaultWorld.MakeAsync(fixture, kafka: kafka);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            await world.SendAsync([.. world.Usage.March.Take(12)]);
            await world.CaughtUpAsync();
            world.Server.Kill();
            // What comes while nobody reads, and what is deleted before anybody does.
            await world.SendAsync([.. world.Usage.March.Where(batch => batch.Partition is not null)]);
            var committed = (long)world.Postgres.Run(world.Database, $"SELECT next_position FROM rating.partition WHERE id = {hurt}")!;
            var whole = TopicContent.Read(kafka.Bootstrap, world.Topic, FaultUsage.Partitions);
            Assert.True(whole.Hashes.ContainsKey((hurt, committed + 1)), "There is nothing to lose.");
            await kafka.DeleteAsync(world.Topic, hurt, committed + 1);
            await world.StartAsync();
            var ends = TopicContent.Ends(kafka.Bootstrap, world.Topic, FaultUsage.Partitions);
            await Until.SoAsync("the others go on", async () => (await world.StatusAsync()).Partitions.All(partition => partition.Partition == hurt || partition.Committed >= ends[partition.Partition]));
            await world.DegradedAsync($"partition {hurt} is stopped", "Usage is missing");
            var stopped = (await world.StatusAsync()).Partitions[hurt];
            Assert.Equal(committed, stopped.Committed);
            // The auditor proves nothing without the records, and no running charge is made up: both say why, and nobody waits.
            Assert.Contains("Usage is missing", RatingProcess.Run(3, "audit", "--url", world.Client.Url).Error, StringComparison.Ordinal);
            Assert.Contains("Usage is missing", RatingProcess.Run(3, "balance", "a0000-s0", "--url", world.Client.Url).Error, StringComparison.Ordinal);
            world.Server.Kill();

            // The log is restored from what was kept: every record at its offset.
            await restored.CreateTopicAsync(world.Topic, FaultUsage.Partitions);
            using (var sender = new KafkaSender(restored.Bootstrap, world.Topic))
                foreach (var (partition, offset, value, timestamp, headers) in whole.Records)
                    Assert.Equal(offset, await sender.SendAsync(partition, value, timestamp.UnixTimestampMs, [.. headers.Select(header => (header.Key, header.GetValueBytes()))]));
            world.Kafka = restored;
            await world.StartAsync();
            await world.RunMarchAsync();
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }
}
