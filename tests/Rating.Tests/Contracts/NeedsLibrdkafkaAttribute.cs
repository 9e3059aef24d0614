using Rating.Kafka;

namespace Rating.Tests.Contracts;

/// <summary>The class needs the native Kafka client.</summary>
public sealed class NeedsLibrdkafkaAttribute : NeedsAttribute
{
    public override string? Missing => Librdkafka.Problem;
}
