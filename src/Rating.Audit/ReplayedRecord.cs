using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>A record of the log with what it counts for now.</summary>
internal sealed class ReplayedRecord(AuditLogRecord log, int partition, string source, string id)
{
    public AuditLogRecord Log { get; } = log;
    public int Partition { get; } = partition;
    public string Source { get; } = source;
    public string Id { get; } = id;
    public AuditVerdict Verdict { get; private set; }
    public AuditReason Reason { get; private set; }
    public long DuplicateOf { get; private set; } = -1;
    public string Subscription { get; private set; } = "";
    public int UsagePeriod { get; private set; }
    public int BillingPeriod { get; private set; }
    public int Revision { get; private set; }
    public IReadOnlyList<Measured> Measured { get; private set; } = [];
    public IReadOnlyList<RatedCall> Calls { get; private set; } = [];

    public bool Counts => Verdict is AuditVerdict.Rated or AuditVerdict.Late;

    /// <summary>In suspense, and a retry may free it.</summary>
    public bool MayBeRetried => Verdict == AuditVerdict.Suspended && Reason != AuditReason.IdConflict;

    /// <summary>Reads the event again; only for a well-formed record.</summary>
    public UsageEvent Event() => UsageEvent.Read(Log.Payload, Log.IngestTimeMs) ?? throw new InvalidOperationException("The payload changed while it was audited.");

    public void Decide(AuditVerdict verdict, AuditReason reason, long duplicateOf = -1)
    {
        (Verdict, Reason, DuplicateOf) = (verdict, reason, duplicateOf);
        (Subscription, UsagePeriod, BillingPeriod, Revision, Measured, Calls) = ("", 0, 0, 0, [], []);
    }

    public void Count(AuditVerdict verdict, string subscription, int billingPeriod, Outcome outcome)
    {
        Decide(verdict, AuditReason.None);
        (Subscription, UsagePeriod, BillingPeriod, Revision, Measured, Calls) = (subscription, outcome.Period, billingPeriod, outcome.Revision, outcome.Measured, outcome.Calls);
    }
}
