using Rating.Domain;

namespace Rating.Engine.Views;

/// <summary>One source and hour of a reconciliation.</summary>
/// <param name="Tenant">Whose usage.</param>
/// <param name="Source">The source.</param>
/// <param name="IngestHour">The hour in which it came, in hours since the Unix epoch.</param>
/// <param name="Received">How many entered.</param>
/// <param name="Decided">How many have a verdict.</param>
public sealed record ReconciliationRow(TenantId Tenant, string Source, long IngestHour, long Received, long Decided);
