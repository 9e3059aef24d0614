using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Rating.Kafka;

/// <summary>What the Kafka client of this program tells about its work, named as OpenTelemetry's conventions for messaging name it: per call, never per record.</summary>
public static class KafkaTelemetry
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "Rating.Kafka";

    private static readonly Meter Meter = new(Name);
    private static readonly ActivitySource Source = new(Name);
    private static readonly Counter<long> Sent = Meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Messages that brokers were asked to store.");
    private static readonly Counter<long> Consumed = Meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Messages that were delivered to this process.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "messaging.client.operation.duration", "s", "How long an append took until all of it was acknowledged.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    /// <summary>The span of messages on their way to a topic; null when nobody traces.</summary>
    internal static Activity? Send(string topic, int count) => Source.StartActivity($"send {topic}", ActivityKind.Producer)
        ?.SetTag("messaging.system", "kafka").SetTag("messaging.operation.name", "send").SetTag("messaging.operation.type", "send").SetTag("messaging.destination.name", topic).SetTag("messaging.batch.message_count", count);

    /// <summary>Messages were sent, or could not be.</summary>
    internal static void SentTo(string topic, int count, long from, Exception? failed)
    {
        var tags = new TagList { { "messaging.system", "kafka" }, { "messaging.operation.name", "send" }, { "messaging.destination.name", topic } };
        if (failed is not null) tags.Add("error.type", failed.GetType().Name);
        Sent.Add(count, tags);
        tags.Add("messaging.operation.type", "send");
        Duration.Record(Stopwatch.GetElapsedTime(from).TotalSeconds, tags);
    }

    /// <summary>Messages of a partition came.</summary>
    internal static void ConsumedFrom(string topic, int partition, int count)
    {
        if (Consumed.Enabled)
            Consumed.Add(count, new TagList { { "messaging.system", "kafka" }, { "messaging.operation.name", "poll" }, { "messaging.destination.name", topic }, { "messaging.destination.partition.id", partition } });
    }
}
