namespace Rating.Audit;

/// <summary>One record of the usage log. Kind 0 is a CloudEvent, kind 1 was refused at the border.</summary>
public readonly record struct AuditLogRecord(long Position, long IngestTimeMs, string Tenant, int Kind, ReadOnlyMemory<byte> Payload);
