using Rating.Audit.Rules;

namespace Rating.Audit.Ledger;

/// <summary>One entry of a ledger block: a record with its verdict, or a later decision on it.</summary>
internal sealed record LedgerEntry
{
    public required long Position { get; init; }
    public required AuditVerdict Verdict { get; init; }
    public required AuditReason Reason { get; init; }
    public required bool IsLaterDecision { get; init; }
    public required bool HasOwnTime { get; init; }
    public required string Tenant { get; init; }
    public required string Source { get; init; }
    public required string Type { get; init; }
    public required string Subject { get; init; }
    public required string Subscription { get; init; }
    public required string Id { get; init; }
    public required string CallKey { get; init; }
    public required long Time { get; init; }
    public required long IngestTimeMs { get; init; }
    public required IReadOnlyList<(string Name, bool IsNumber, string Text)> Fields { get; init; }

    /// <summary>The position that this record repeats, or -1.</summary>
    public required long DuplicateOf { get; init; }
    public required int UsagePeriod { get; init; }
    public required int BillingPeriod { get; init; }
    public required int Revision { get; init; }
    public required IReadOnlyList<RatedCall> Calls { get; init; }
}
