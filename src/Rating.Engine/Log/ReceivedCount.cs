using Rating.Domain;

namespace Rating.Engine.Log;

/// <summary>How many records entered, counted where they enter (promise P7).</summary>
/// <param name="Tenant">Whose they are.</param>
/// <param name="Source">The source that they name.</param>
/// <param name="IngestHour">The hour in which they came, in hours since the Unix epoch.</param>
/// <param name="Count">How many.</param>
public sealed record ReceivedCount(TenantId Tenant, string Source, long IngestHour, long Count);
