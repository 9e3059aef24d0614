using NodaTime;

namespace Rating.Audit;

/// <summary>One change of the book; sequences run 1, 2, 3, ... over all tenants.</summary>
public sealed record AuditBookChange(long Sequence, string Tenant, Instant RecordedAt, string Document);
