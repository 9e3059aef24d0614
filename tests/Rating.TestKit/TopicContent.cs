using System.Text;
using Confluent.Kafka;
using Rating.Kafka;

namespace Rating.TestKit;

/// <summary>What a topic holds, read with a plain consumer: the witness that neither the program nor its adapter has touched.</summary>
public sealed class TopicContent
{
    private TopicContent(Dictionary<(int Partition, long Offset), string> hashes, List<string> sent, List<(int Partition, long Offset, byte[] Value, Timestamp Timestamp, Headers Headers)> records) =>
        (Hashes, Sent, Records) = (hashes, sent, records);

    /// <summary>The payload at each place, as <see cref="AcknowledgedFile.HashOf"/> knows it.</summary>
    public IReadOnlyDictionary<(int Partition, long Offset), string> Hashes { get; }

    /// <summary>What was sent to the intake to become these records: the same, but for what it refused and kept with its reason.</summary>
    public IReadOnlyList<string> Sent { get; }

    /// <summary>All records, partition by partition, in order.</summary>
    public IReadOnlyList<(int Partition, long Offset, byte[] Value, Timestamp Timestamp, Headers Headers)> Records { get; }

    /// <summary>Reads a topic from offset 0 to its end.</summary>
    /// <exception cref="InvalidOperationException">Its offset 0 is gone: what was pushed out could not be missed.</exception>
    public static TopicContent Read(string bootstrap, string topic, int partitions, bool fromZero = true)
    {
        using var consumer = Connect(bootstrap);
        var hashes = new Dictionary<(int, long), string>();
        var sent = new List<string>();
        var records = new List<(int, long, byte[], Timestamp, Headers)>();
        for (var partition = 0; partition < partitions; partition++)
        {
            var (low, high) = Bounds(consumer, topic, partition);
            if (fromZero && low > 0) throw new InvalidOperationException($"Partition {partition} of {topic} begins with offset {low}: its first records are gone.");
            if (low == high) continue;
            consumer.Assign(new TopicPartitionOffset(topic, partition, low));
            for (var next = low; next < high;)
            {
                if (consumer.Consume(Until.Patience) is not { } result) throw new TimeoutException($"Partition {partition} of {topic} ends at {high}, and gave nothing at {next}.");
                if (result.IsPartitionEOF) break;
                var value = result.Message.Value ?? [];
                hashes[(partition, result.Offset.Value)] = AcknowledgedFile.HashOf(value);
                sent.Add(AcknowledgedFile.HashOf(SentAs(value, result.Message.Headers)));
                records.Add((partition, result.Offset.Value, value, result.Message.Timestamp, result.Message.Headers));
                next = result.Offset.Value + 1;
            }
        }

        return new TopicContent(hashes, sent, records);
    }

    /// <summary>Checks that nothing was pushed out of a topic: a mock broker keeps 5 MiB or 100,000 message sets per partition.</summary>
    /// <returns>How many offsets the topic has.</returns>
    /// <exception cref="InvalidOperationException">Offset 0 of a partition is gone.</exception>
    public static long MustBeginWithZero(string bootstrap, string topic, int partitions)
    {
        using var consumer = Connect(bootstrap);
        long count = 0;
        for (var partition = 0; partition < partitions; partition++)
        {
            var (low, high) = Bounds(consumer, topic, partition);
            if (low > 0) throw new InvalidOperationException($"Partition {partition} of {topic} begins with offset {low}: the broker pushed records out. Use more partitions, larger batches or fewer records.");
            count += high;
        }

        return count;
    }

    /// <summary>Where each partition ends.</summary>
    public static long[] Ends(string bootstrap, string topic, int partitions)
    {
        using var consumer = Connect(bootstrap);
        return [.. Enumerable.Range(0, partitions).Select(partition => Bounds(consumer, topic, partition).High)];
    }

    private static IConsumer<Ignore, byte[]> Connect(string bootstrap) => new ConsumerBuilder<Ignore, byte[]>(new Dictionary<string, string>
    {
        ["bootstrap.servers"] = bootstrap, ["group.id"] = "witness", ["enable.auto.commit"] = "false", ["fetch.wait.max.ms"] = "10", ["fetch.queue.backoff.ms"] = "5", ["enable.partition.eof"] = "true", ["auto.offset.reset"] = "error",
    }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    // What the intake refused stands behind its source and the reason, a line each (docs/kafka.md).
    private static ReadOnlySpan<byte> SentAs(ReadOnlySpan<byte> value, Headers headers)
    {
        if (!headers.TryGetLastBytes(KafkaHeaders.ContentType, out var type) || !type.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(KafkaHeaders.Refusal))) return value;
        var source = value.IndexOf((byte)'\n') + 1;
        return value[(source + value[source..].IndexOf((byte)'\n') + 1)..];
    }

    // Asked one by one: for both at once, librdkafka may take one answer for the other when the leader changes in between.
    private static (long Low, long High) Bounds(IConsumer<Ignore, byte[]> consumer, string topic, int partition)
    {
        long Ask(Offset which) => consumer.OffsetsForTimes([new TopicPartitionTimestamp(topic, partition, new Timestamp(which.Value, TimestampType.CreateTime))], Until.Patience)[0].Offset.Value;
        return (Ask(Offset.Beginning), Ask(Offset.End));
    }
}
