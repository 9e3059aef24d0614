using NodaTime;
using Rating.Domain;

namespace Rating.Kafka;

/// <summary>Which topic is the usage log, what is asked of it, and how to reach its brokers.</summary>
public sealed record KafkaLogSettings
{
    /// <summary>Properties of librdkafka as they are documented there: <c>bootstrap.servers</c>, <c>security.protocol</c>, <c>sasl.*</c>, <c>ssl.*</c> and the like. What exactly-once needs is set over them.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>How many partitions it has, for the life of the data: duplicates are recognised per partition.</summary>
    public required int Partitions { get; init; }

    /// <summary>Whose records without a tenant header are.</summary>
    public TenantId DefaultTenant { get; init; } = new("default");

    /// <summary>The group to which positions are committed for lag tools. Nothing is read back from it.</summary>
    public string Group { get; init; } = "rating";

    /// <summary>How far back usage must be readable again. A topic that keeps less is refused.</summary>
    public Duration ReplayHorizon { get; init; } = Duration.FromDays(35);

    /// <summary>How long a topic keeps records that is created here.</summary>
    public Duration Retention { get; init; } = Duration.FromDays(42);

    /// <summary>Copies of each record in a topic that is created here; -1: as the broker is set.</summary>
    public short ReplicationFactor { get; init; } = -1;

    /// <summary>Whether a missing topic is created, and an existing one's settings are checked. Only for brokers that cannot be asked, such as a mock: the number of partitions is checked always.</summary>
    public bool ChecksTopic { get; init; } = true;

    /// <summary>How long an append may take before it counts as failed.</summary>
    public Duration AppendTimeout { get; init; } = Duration.FromSeconds(30);

    /// <summary>How long a read waits for a broker before it counts as failed.</summary>
    public Duration ReadTimeout { get; init; } = Duration.FromSeconds(10);

    /// <summary>How much of a partition is fetched ahead of its reader.</summary>
    public int FetchAheadKiBMax { get; init; } = 8 * 1024;
}
