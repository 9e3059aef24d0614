using Rating.Audit.Ledger;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Compares the ledger of one partition with its replay: every position has one verdict, and it is the right one.</summary>
internal sealed class LedgerCheck(int partition, IReadOnlyList<ReplayedRecord> records, Findings findings)
{
    private readonly LedgerEntry?[] _last = new LedgerEntry?[records.Count];
    private readonly bool[] _hasFirst = new bool[records.Count];

    public void Run(IEnumerable<ReadOnlyMemory<byte>> blocks)
    {
        var number = 0;
        foreach (var block in blocks)
        {
            number++;
            List<LedgerEntry> entries;
            try
            {
                entries = LedgerReader.Read(block);
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                findings.Add(AuditFindingKind.LedgerUnreadable, $"partition {partition} block {number}", "a ledger block", e.Message);
                continue;
            }
            foreach (var entry in entries) Take(entry);
        }
        for (var position = 0; position < records.Count; position++)
        {
            if (records[position].Log.Kind == PartitionReplay.GapKind)
            {
                if (_last[position] is { } verdict) findings.Add(AuditFindingKind.VerdictBeyondCheckpoint, Where(position), "none: the log has no record here", verdict.Verdict);
                continue;
            }
            if (_last[position] is not { } entry) findings.Add(AuditFindingKind.VerdictMissing, Where(position), Evidence(records[position]), "none");
            else
            {
                if (!_hasFirst[position]) findings.Add(AuditFindingKind.VerdictTwice, Where(position), "a first verdict", "only later decisions");
                Compare(records[position], entry);
            }
        }
    }

    private void Take(LedgerEntry entry)
    {
        if (entry.Position < 0 || entry.Position >= records.Count)
        {
            findings.Add(AuditFindingKind.VerdictBeyondCheckpoint, Where(entry.Position), "none", entry.Verdict);
            return;
        }
        var position = (int)entry.Position;
        if (!entry.IsLaterDecision)
        {
            if (_hasFirst[position]) findings.Add(AuditFindingKind.VerdictTwice, Where(position), _last[position]!.Verdict, entry.Verdict);
            _hasFirst[position] = true;
        }
        CompareRecord(records[position], entry);
        _last[position] = entry with { Id = "", CallKey = "", Fields = [] }; // compared already: let the memory go
    }

    private void CompareRecord(ReplayedRecord record, LedgerEntry entry)
    {
        void Differs(string what, object? expected, object? found) => findings.Add(AuditFindingKind.RecordDiffers, Where(entry.Position), $"{what} {expected}", found);
        if (entry.Tenant != record.Log.Tenant) Differs("tenant", record.Log.Tenant, entry.Tenant);
        if (entry.IngestTimeMs != record.Log.IngestTimeMs) Differs("ingest time", record.Log.IngestTimeMs, entry.IngestTimeMs);
        if (record.Reason == AuditReason.Malformed) return;
        var e = record.Event();
        if ((entry.Source, entry.Id, entry.Type) != (e.Source, e.Id, e.Type)) Differs("source, id, type", (e.Source, e.Id, e.Type), (entry.Source, entry.Id, entry.Type));
        if ((entry.Subject, entry.CallKey) != (e.Subject, e.CallKey)) Differs("subject, call key", (e.Subject, e.CallKey), (entry.Subject, entry.CallKey));
        if ((entry.Time, entry.HasOwnTime) != (e.Time, e.HasOwnTime)) Differs("event time", (e.Time, e.HasOwnTime), (entry.Time, entry.HasOwnTime));
        if (entry.Fields.Count != e.Data.Count || !entry.Fields.All(f => e.Data.TryGetValue(f.Name, out var field) && field == (f.Text, f.IsNumber)))
            Differs("fields", string.Join(' ', e.Data), string.Join(' ', entry.Fields));
    }

    private void Compare(ReplayedRecord record, LedgerEntry entry)
    {
        var where = Where(entry.Position);
        if (entry.Verdict != record.Verdict)
        {
            findings.Add(AuditFindingKind.VerdictDiffers, where, Evidence(record), $"{entry.Verdict}({entry.Reason})");
            return;
        }
        if (entry.Reason != record.Reason) findings.Add(AuditFindingKind.ReasonDiffers, where, record.Reason, entry.Reason);
        if (record.Verdict == AuditVerdict.Duplicate && entry.DuplicateOf != record.DuplicateOf) findings.Add(AuditFindingKind.DuplicateOfDiffers, where, record.DuplicateOf, entry.DuplicateOf);
        if (!record.Counts) return;
        if (entry.Subscription != record.Subscription) findings.Add(AuditFindingKind.SubscriptionDiffers, where, record.Subscription, entry.Subscription);
        if ((entry.UsagePeriod, entry.BillingPeriod) != (record.UsagePeriod, record.BillingPeriod))
            findings.Add(AuditFindingKind.PeriodDiffers, where, (record.UsagePeriod, record.BillingPeriod), (entry.UsagePeriod, entry.BillingPeriod));
        if (entry.Revision != record.Revision) findings.Add(AuditFindingKind.RevisionDiffers, where, record.Revision, entry.Revision);
        if (Evidence(record.Calls) is var expected && Evidence(entry.Calls) is var found && expected != found) findings.Add(AuditFindingKind.CallsDiffer, where, expected, found);
    }

    private string Where(long position) => $"partition {partition} position {position}";

    private static string Evidence(ReplayedRecord record) => $"{record.Verdict}({record.Reason}) {record.Source} {record.Id}";

    private static string Evidence(IEnumerable<RatedCall> calls) => string.Join("; ", calls.Select(c => c.Evidence).Order(StringComparer.Ordinal));
}
