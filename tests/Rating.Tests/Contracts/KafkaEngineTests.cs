using System.Text;
using Confluent.Kafka;
using NodaTime;
using Rating.Domain.Usage;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Kafka;
using Rating.Tests.Engine;

namespace Rating.Tests.Contracts;

/// <summary>The engine and the auditor over a topic with records of its intake, of others, and with positions that hold nothing.</summary>
[NeedsLibrdkafka]
public sealed class KafkaEngineTests(KafkaFixture fixture) : IClassFixture<KafkaFixture>
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 10, 12, 0);

    [ContractFact]
    public async Task Every_record_gets_one_verdict_gaps_get_none_and_the_counts_meet_after_a_restart()
    {
        var settings = await fixture.NewTopicAsync(3);
        settings = settings with { DefaultTenant = EngineWorld.Tenant, Properties = new Dictionary<string, string>(settings.Properties) { ["check.crcs"] = "false" } };
        await using var world = await EngineWorld.StartAsync(Now, log: await KafkaUsageLog.OpenAsync(settings, default));
        await world.SendAsync([.. Enumerable.Range(0, 100).Select(number => Event($"{number}")), Event("7"), "no event"]);
        for (var round = 0; round < 2; round++)
        {
            ProduceInTransactions(settings.Topic, [Event($"theirs {round}"), Event($"again {round}"), "{"]);
            await world.Engine.CaughtUpAsync(default);
            await world.SendAsync(Event($"after {round}"));
            await world.RestartAsync();
        }

        // One marker per transaction, at the end of the partition too: the engine is past it.
        ProduceInTransactions(settings.Topic, [Event("last")]);
        await world.Engine.CaughtUpAsync(default);
        var verdicts = await world.VerdictsAsync();
        Assert.Equal(1, verdicts[(Verdict.Duplicate, VerdictReason.None)]);
        Assert.Equal(3, verdicts[(Verdict.Rejected, VerdictReason.Malformed)]);
        Assert.Equal(100 + (2 * 3) + 1, verdicts[(Verdict.Suspended, VerdictReason.UnknownSubject)]);
        Assert.All((await world.Engine.ReconcileAsync(EngineWorld.Tenant, default)).Rows, row => Assert.Equal(row.Received, row.Decided));
        await world.MustBeCleanAsync("gaps");
    }

    private static string Event(string id) => $$"""{"specversion":"1.0","id":"{{id}}","source":"pbx","type":"call","subject":"49"}""";

    private void ProduceInTransactions(string topic, string[] values)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = fixture.Kafka.Bootstrap, ["transactional.id"] = topic }).Build();
        producer.InitTransactions(Until.Patience);
        foreach (var value in values)
        {
            producer.BeginTransaction();
            producer.Produce(new TopicPartition(topic, PartitionOf.Key(EngineWorld.Tenant, "49", 3)), new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes(value), Timestamp = new Timestamp(Now.ToUnixTimeMilliseconds(), TimestampType.CreateTime) });
            producer.CommitTransaction();
        }
    }
}
