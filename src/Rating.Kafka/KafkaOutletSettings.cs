using NodaTime;

namespace Rating.Kafka;

/// <summary>The topics of what leaves. A stream whose topic is empty is not published.</summary>
public sealed record KafkaOutletSettings
{
    /// <summary>Finalised invoices.</summary>
    public string InvoicesTopic { get; init; } = "rating-invoices";

    /// <summary>Alerts.</summary>
    public string AlertsTopic { get; init; } = "rating-alerts";

    /// <summary>Rejected usage.</summary>
    public string RejectedTopic { get; init; } = "rating-rejected";

    /// <summary>How many partitions a topic gets that is created here. One keeps all of its messages in order; of more, each account is in order.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>How long a topic keeps messages that is created here.</summary>
    public Duration Retention { get; init; } = Duration.FromDays(42);
}
