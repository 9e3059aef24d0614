using Rating.Kafka;

namespace Rating.Tests.Contracts;

/// <summary>The class measures, on request only.</summary>
public sealed class NeedsSpeedRequestAttribute : NeedsAttribute
{
    public override string? Missing => Environment.GetEnvironmentVariable("RATING_KAFKA_SPEED") is null ? "measures only with RATING_KAFKA_SPEED=1" : Librdkafka.Problem;
}
