namespace Rating.Audit;

/// <summary>Verdicts that the engine gave for one source of one tenant in one ingest hour; numbers as in the ledger.</summary>
public sealed record AuditVerdictCount(string Tenant, string Source, long IngestHour, byte Verdict, byte Reason, long Count);
