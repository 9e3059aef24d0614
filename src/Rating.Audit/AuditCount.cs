namespace Rating.Audit;

/// <summary>Records that the intake received from one source of one tenant in one hour (Unix milliseconds / 3,600,000).</summary>
public sealed record AuditCount(string Tenant, string Source, long IngestHour, long Count);
