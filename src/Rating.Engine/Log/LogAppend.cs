using NodaTime;
using Rating.Domain;

namespace Rating.Engine.Log;

/// <summary>A record on its way into the usage log.</summary>
/// <param name="Partition">Where it goes.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Source">Under which source it is counted as received.</param>
/// <param name="Kind">What the payload is.</param>
/// <param name="IngestTime">When the intake took it; kept to the millisecond.</param>
/// <param name="Payload">Its bytes, as they came.</param>
public readonly record struct LogAppend(int Partition, TenantId Tenant, string Source, LogRecordKind Kind, Instant IngestTime, ReadOnlyMemory<byte> Payload);
