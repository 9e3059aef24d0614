namespace Rating.Audit;

/// <summary>One position of the usage log. Kind 0 is a CloudEvent, kind 1 was refused at the border, kind 2 is a position without a record.</summary>
public readonly record struct AuditLogRecord(long Position, long IngestTimeMs, string Tenant, int Kind, ReadOnlyMemory<byte> Payload);
