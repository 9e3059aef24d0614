using Confluent.Kafka;
using NodaTime;
using Rating.Domain;

namespace Rating.Kafka;

/// <summary>How a producer is made: idempotent, acknowledged by all replicas in sync, never creating a topic.</summary>
internal static class KafkaProducers
{
    /// <summary>Makes one.</summary>
    /// <param name="settings">How to reach the brokers.</param>
    /// <param name="role">What it is for; brokers show it.</param>
    /// <param name="timeout">How long a message may take before it counts as failed.</param>
    /// <param name="reports">What a delivery report must say.</param>
    /// <param name="onFatal">Told when it takes nothing more: a new one is needed, with a new identity.</param>
    /// <exception cref="Refused"><c>kafka.properties</c></exception>
    public static IProducer<TKey, byte[]> Make<TKey>(KafkaLogSettings settings, string role, Duration timeout, string reports, Action onFatal)
    {
        var properties = new Dictionary<string, string>
        {
            ["client.id"] = $"rating-{role}",
            ["linger.ms"] = "5",
            ["compression.type"] = "lz4",
            ["reconnect.backoff.max.ms"] = "2000",
            ["queue.buffering.max.messages"] = "200000",
            ["queue.buffering.max.kbytes"] = "131072",
        };
        foreach (var (name, value) in settings.Properties) properties[name] = value;
        properties["enable.idempotence"] = "true";
        properties["acks"] = "all";
        properties["message.timeout.ms"] = $"{(long)timeout.TotalMilliseconds}";
        properties["allow.auto.create.topics"] = "false";
        properties["dotnet.producer.delivery.report.fields"] = reports;
        try
        {
            return new ProducerBuilder<TKey, byte[]>(properties).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) =>
            {
                if (error.IsFatal) onFatal();
            }).Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new Refused("kafka.properties", $"The Kafka settings cannot be used: {e.Message}");
        }
    }
}
