using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Store;

/// <summary>How many records have a verdict, or how that number changes.</summary>
/// <param name="Tenant">Whose they are.</param>
/// <param name="Source">The source that they name.</param>
/// <param name="IngestHour">The hour in which they came, in hours since the Unix epoch.</param>
/// <param name="Verdict">Their verdict.</param>
/// <param name="Reason">Its reason.</param>
/// <param name="Count">How many; in a checkpoint the change, which is negative where a decision took some away.</param>
public sealed record VerdictCount(TenantId Tenant, string Source, long IngestHour, Verdict Verdict, VerdictReason Reason, long Count);
