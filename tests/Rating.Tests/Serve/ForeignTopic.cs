using System.Text;
using Confluent.Kafka;

namespace Rating.Tests.Serve;

/// <summary>A topic as another program sees it: written and read with an ordinary client.</summary>
internal sealed class ForeignTopic(string bootstrap, string topic)
{
    public async Task ProduceAsync(int partition, string? value, params (string Name, string Value)[] headers)
    {
        using var producer = new ProducerBuilder<Null, byte[]?>(new Dictionary<string, string> { ["bootstrap.servers"] = bootstrap, ["linger.ms"] = "0" }).Build();
        var message = new Message<Null, byte[]?> { Value = value is null ? null : Encoding.UTF8.GetBytes(value), Headers = [] };
        foreach (var (name, text) in headers) message.Headers.Add(name, Encoding.UTF8.GetBytes(text));
        await producer.ProduceAsync(new TopicPartition(topic, partition), message);
    }

    /// <summary>The first messages of a partition, once they are there.</summary>
    public List<ForeignMessage> Read(int partition, int count)
    {
        using var consumer = Consumer("reader");
        consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
        var read = new List<ForeignMessage>();
        while (read.Count < count)
            read.Add(new ForeignMessage((consumer.Consume(Until.Patience) ?? throw new Xunit.Sdk.XunitException($"{topic} has {read.Count} messages, not {count}")).Message));
        return read;
    }

    /// <summary>How many messages a partition has.</summary>
    public long Count(int partition)
    {
        using var consumer = Consumer("counter");
        return consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), Until.Patience).High;
    }

    /// <summary>How far a group says that it is.</summary>
    public long Committed(string group, int partition)
    {
        using var consumer = Consumer(group);
        return consumer.Committed([new TopicPartition(topic, partition)], Until.Patience).Single().Offset;
    }

    private IConsumer<byte[], byte[]> Consumer(string group) =>
        new ConsumerBuilder<byte[], byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = bootstrap, ["group.id"] = group, ["enable.auto.commit"] = "false", ["fetch.wait.max.ms"] = "10" }).Build();
}
