using Confluent.Kafka;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Pipeline;

/// <summary>The denominator of row 1: Confluent.Kafka's <c>Consume</c> of <c>byte[]</c>, every record of a topic from offset 0, nothing done with it.</summary>
internal static class RawConsumer
{
    public const string Kind = "raw";

    public static async Task ChildAsync(TopicRun run)
    {
        if (run.WarmTopic.Length > 0)
            await WarmUp.RunAsync(share =>
            {
                Read(run, run.WarmTopic, (int)(share * run.WarmRecords));
                return Task.CompletedTask;
            });
        Children.Say("ready");
        await Children.AskedAsync();
        Children.Say(await TopicOutcome.OfAsync(run.Records, () =>
        {
            Read(run, run.Topic, run.Records);
            return Task.CompletedTask;
        }));
    }

    /// <summary>A consumer at the start of a topic.</summary>
    public static IConsumer<Ignore, byte[]> Open(TopicRun run, string topic)
    {
        var properties = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = run.Bootstrap, ["group.id"] = "raw", ["enable.auto.commit"] = "false",
            // As ours: with the default of 1,000 a queue that was full once is left alone for a second.
            ["fetch.queue.backoff.ms"] = "5",
        };
        foreach (var (name, value) in run.Properties) properties[name] = value;
        var consumer = new ConsumerBuilder<Ignore, byte[]>(properties).Build();
        consumer.Assign(Enumerable.Range(0, Outside.Partitions).Select(partition => new TopicPartitionOffset(topic, partition, 0)));
        return consumer;
    }

    /// <summary>The next record.</summary>
    public static byte[] Next(IConsumer<Ignore, byte[]> consumer) => consumer.Consume(10_000) is { Message.Value: { } value } ? value : throw new InvalidOperationException("a record did not come");

    private static void Read(TopicRun run, string topic, int records)
    {
        using var consumer = Open(run, topic);
        long bytes = 0;
        for (var left = records; left > 0; left--) bytes += Next(consumer).Length;
        if (bytes < records) throw new InvalidOperationException($"{topic}: {bytes} bytes in {records} records");
    }
}
