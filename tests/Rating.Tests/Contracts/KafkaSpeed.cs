using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Log;
using Rating.Kafka;
using Rating.TestKit;
using Xunit.Abstractions;

namespace Rating.Tests.Contracts;

/// <summary>A first look at the speed, on request only (RATING_KAFKA_SPEED=1): loadtest/ measures for the table.</summary>
[NeedsSpeedRequest]
public sealed class KafkaSpeed(ITestOutputHelper output)
{
    private const int Partitions = 8;
    private const int PerPartition = 60_000;

    [ContractFact]
    public async Task Figures()
    {
        using var kafka = await MockKafka.StartAsync(1);
        await kafka.CreateTopicAsync("usage", Partitions);
        var settings = KafkaFixture.SettingsOf(kafka, "usage", Partitions);
        settings = settings with { Properties = new Dictionary<string, string>(settings.Properties) { ["linger.ms"] = "20" } };
        await using (var log = await KafkaUsageLog.OpenAsync(settings, default))
        {
            var payload = Encoding.UTF8.GetBytes("""{"specversion":"1.0","id":"0123456789abcdef","source":"pbx-7","type":"call.completed","subject":"+4930123456","time":"2026-03-01T08:00:00Z","data":{"s":61}}""".PadRight(165));
            var batch = Enumerable.Range(0, 10_000).Select(number => new LogAppend(number % Partitions, new TenantId("north"), "pbx-7", LogRecordKind.Event, Instant.FromUtc(2026, 3, 1, 8, 0), payload)).ToList();
            var from = Stopwatch.GetTimestamp();
            var running = new Queue<Task>();
            for (var i = 0; i < Partitions * PerPartition / batch.Count; i++)
            {
                running.Enqueue(log.AppendAsync(batch, default));
                if (running.Count > 4) await running.Dequeue();
            }

            await Task.WhenAll(running);
            Say("append", from);
        }

        // The same records as somebody else writes them, without headers.
        await kafka.CreateTopicAsync("bare", Partitions);
        using (var producer = new ProducerBuilder<Null, byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = kafka.Bootstrap, ["linger.ms"] = "50", ["compression.type"] = "lz4", ["queue.buffering.max.messages"] = "1000000", ["dotnet.producer.enable.delivery.reports"] = "false" }).Build())
        {
            for (var i = 0; i < Partitions * PerPartition; i++) producer.Produce(new TopicPartition("bare", i % Partitions), new Message<Null, byte[]> { Value = new byte[165] });
            producer.Flush(TimeSpan.FromSeconds(60));
        }

        for (var round = 0; round < 5; round++)
        {
            Raw(settings with { Topic = "bare" }, "Consumer.Consume byte[], no headers", "all");
            Raw(settings, "Consumer.Consume byte[] as it comes, with 3 headers", "all");
            Raw(settings, "Consumer.Consume byte[], headers and timestamps left unread", "none");
            await using var log = await KafkaUsageLog.OpenAsync(settings, default);
            Assert.Equal(0, (await log.ReadAsync(0, 0, 1, default))[0].Position); // nothing was pushed out
            var (from, cpu) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
            await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => Task.Run(async () =>
            {
                for (long position = 0; position < PerPartition;) position = (await log.ReadAsync(partition, position, 4096, default))[^1].Position + 1;
            })));
            Say("KafkaUsageLog.ReadAsync", from, cpu);
        }
    }

    private void Raw(KafkaLogSettings settings, string name, string fields)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = settings.Properties["bootstrap.servers"], ["group.id"] = "raw", ["enable.auto.commit"] = "false", ["fetch.queue.backoff.ms"] = "5", // as ours: the default stalls for 1 s whenever the queue was full
            ["dotnet.consumer.consume.result.fields"] = fields,
        }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(settings.Topic, partition, 0)));
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var from = Stopwatch.GetTimestamp();
        for (var records = 0; records < Partitions * PerPartition;)
            if (consumer.Consume(1_000) is { Message: not null }) records++;
        Say(name, from, cpu);
    }

    private void Say(string what, long from, TimeSpan? cpu = null)
    {
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        output.WriteLine($"{what}: {Partitions * PerPartition / seconds:0} records/s{(cpu is { } before ? $", {(Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / (Partitions * PerPartition):0.00} us CPU per record" : "")}");
    }
}
