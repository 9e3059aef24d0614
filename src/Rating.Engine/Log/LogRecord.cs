using NodaTime;
using Rating.Domain;

namespace Rating.Engine.Log;

/// <summary>A record at its position in a partition of the usage log.</summary>
public readonly record struct LogRecord(long Position, TenantId Tenant, LogRecordKind Kind, long IngestTimeMs, ReadOnlyMemory<byte> Payload)
{
    /// <summary>When the intake took it.</summary>
    public Instant IngestTime => Instant.FromUnixTimeMilliseconds(IngestTimeMs);
}
