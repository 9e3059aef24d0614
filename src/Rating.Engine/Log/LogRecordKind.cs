namespace Rating.Engine.Log;

/// <summary>What the payload of a log record is. Numbers are stored: never reuse one.</summary>
public enum LogRecordKind : byte
{
    /// <summary>A CloudEvent in structured JSON, as it came.</summary>
    Event = 0,

    /// <summary>Something refused at the border, kept so that it is counted and can be looked at: source, line feed, reason, line feed, the raw bytes.</summary>
    Refused = 1,

    /// <summary>No record: the log says that it has none at the positions up to and including this one, and never will (in Kafka: markers of transactions, records of aborted ones). Gets no verdict.</summary>
    Gap = 2,
}
