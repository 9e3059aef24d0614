using Confluent.Kafka;
using Rating.Kafka;

namespace Rating.TestKit;

/// <summary>Somebody else who writes usage straight into the topic, and keeps what the broker acknowledged in a file.</summary>
public sealed class KafkaSender : IDisposable
{
    private readonly IProducer<Null, byte[]?> _producer;
    private readonly string _topic;
    private readonly AcknowledgedFile? _file;

    /// <summary>Connects.</summary>
    /// <param name="bootstrap">The brokers.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="file">Where acknowledged records are written down; null: nowhere.</param>
    /// <param name="lingerMs">How long a batch waits to become larger.</param>
    public KafkaSender(string bootstrap, string topic, AcknowledgedFile? file = null, int lingerMs = 1)
    {
        if (Librdkafka.Problem is { } problem) throw new InvalidOperationException(problem);
        (_topic, _file) = (topic, file);
        _producer = new ProducerBuilder<Null, byte[]?>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = bootstrap, ["enable.idempotence"] = "true", ["acks"] = "all", ["compression.type"] = "lz4", ["linger.ms"] = $"{lingerMs}", ["message.timeout.ms"] = "120000",
            ["queue.buffering.max.messages"] = "1000000", ["reconnect.backoff.max.ms"] = "500",
            // A later batch that succeeds acknowledges an earlier one, which brokers refuse to let happen and the mock does not (docs/faults.md).
            ["max.in.flight"] = file is null ? "5" : "1",
        }).SetValueSerializer(AsItIs.Instance).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>Writes a record, and waits until it is acknowledged.</summary>
    /// <param name="partition">The partition that the sender chose, rightly or not.</param>
    /// <param name="value">The payload; null as Kafka has it.</param>
    /// <param name="timeMs">The timestamp, in Unix milliseconds: the ingest time.</param>
    /// <param name="headers">Names and values.</param>
    /// <returns>Its offset.</returns>
    public async Task<long> SendAsync(int partition, byte[]? value, long timeMs, params (string Name, byte[] Value)[] headers)
    {
        var message = new Message<Null, byte[]?> { Value = value, Timestamp = new Timestamp(timeMs, TimestampType.CreateTime), Headers = [] };
        foreach (var (name, text) in headers) message.Headers.Add(name, text);
        var result = await _producer.ProduceAsync(new TopicPartition(_topic, partition), message);
        _file?.Add(partition, result.Offset.Value, value ?? []);
        return result.Offset.Value;
    }

    /// <summary>Fills a topic with compressed batches, evenly over its partitions, and checks that its offset 0 is still there.</summary>
    /// <param name="partitions">How many partitions it has.</param>
    /// <param name="records">How many records to write.</param>
    /// <param name="payload">The payload of a record by its number; it goes into partition number modulo partitions.</param>
    /// <param name="bootstrap">The brokers.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="timeMs">The timestamp of a record by its number.</param>
    /// <returns>How many records the topic has.</returns>
    /// <exception cref="InvalidOperationException">The broker pushed the first ones out again.</exception>
    public static long Prefill(string bootstrap, string topic, int partitions, long records, Func<long, byte[]> payload, Func<long, long> timeMs)
    {
        using (var sender = new KafkaSender(bootstrap, topic, null, lingerMs: 50))
        {
            for (long number = 0; number < records; number++)
            {
                var message = new Message<Null, byte[]?> { Value = payload(number), Timestamp = new Timestamp(timeMs(number), TimestampType.CreateTime) };
                while (true)
                {
                    try
                    {
                        sender._producer.Produce(new TopicPartition(topic, (int)(number % partitions)), message);
                        break;
                    }
                    catch (ProduceException<Null, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
                    {
                        sender._producer.Poll(TimeSpan.FromMilliseconds(50));
                    }
                }
            }

            sender._producer.Flush(Until.Patience);
        }

        var count = TopicContent.MustBeginWithZero(bootstrap, topic, partitions);
        return count >= records ? count : throw new InvalidOperationException($"{records} records were written, and the topic has {count}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _producer.Flush(Until.Patience);
        _producer.Dispose();
    }

    private sealed class AsItIs : ISerializer<byte[]?>
    {
        public static readonly AsItIs Instance = new();

        public byte[] Serialize(byte[]? data, SerializationContext context) => data!;
    }
}
