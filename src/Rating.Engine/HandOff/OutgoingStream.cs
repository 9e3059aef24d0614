namespace Rating.Engine.HandOff;

/// <summary>The streams of messages that leave. Each is in order by itself.</summary>
public enum OutgoingStream
{
    /// <summary>Finalised invoices, and what else becomes of documents that are final.</summary>
    Invoices,

    /// <summary>What somebody should look at: messages whose topic begins with <c>alert.</c></summary>
    Alerts,

    /// <summary>Rejected usage, each record with its reason.</summary>
    Rejected,
}
