namespace Rating.Kafka;

/// <summary>The headers of records in the usage topic. Stored: never change one.</summary>
public static class KafkaHeaders
{
    /// <summary>Whose record it is. Missing or unusable: the default tenant's.</summary>
    public const string Tenant = "rating-tenant";

    /// <summary>Schema and kind: <see cref="Event"/>, <see cref="Refusal"/>, or for a CloudEvent in binary mode the type of its data.</summary>
    public const string ContentType = "content-type";

    /// <summary>A CloudEvent in structured JSON.</summary>
    public const string Event = "application/cloudevents+json";

    /// <summary>Something refused at the border: source, line feed, reason, line feed, the raw bytes.</summary>
    public const string Refusal = "application/vnd.rating.refused";

    /// <summary>W3C trace context, on the first record of an append in each partition, when the append is traced.</summary>
    public const string Trace = Engine.Telemetry.TraceHeader;
}
