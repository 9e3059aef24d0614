using System.Text.Json;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Replays one partition in the order of its checkpoints, giving every verdict anew.</summary>
internal sealed class PartitionReplay(int partition, int partitions, AuditSettings settings, Book book, Findings findings)
{
    private readonly Dictionary<long, long> _hourFirstSeen = [];                                              // event hour -> UTC day of ingest
    private readonly Dictionary<(string Tenant, string Source, string Id), ReplayedRecord> _ids = [];
    private readonly Dictionary<(string Tenant, string Source, string CallKey), List<(ReplayedRecord Record, long Day)>> _calls = [];
    private readonly Dictionary<(string Tenant, string Subscription), HashSet<ReplayedRecord>> _unsealed = [];
    private readonly HashSet<(string Tenant, string Subscription, int Period)> _sealed = [];
    private readonly SortedDictionary<long, ReplayedRecord> _suspense = [];

    private int _effectsSeen;

    /// <summary>Every record below the last checkpoint; its index is its position.</summary>
    public List<ReplayedRecord> Records { get; } = [];

    /// <summary>Records that no checkpoint covers.</summary>
    public long Unread { get; private set; }

    public long BookSequence { get; private set; }

    /// <summary>Voided positions that were not in suspense for this partition alone: a conflict with another partition put them there.</summary>
    public HashSet<long> VoidedLater { get; } = [];

    /// <summary>A position at which the log has no record.</summary>
    internal const int GapKind = 2;

    /// <summary>Close batches that this partition has sealed.</summary>
    public HashSet<int> SealedBatches { get; } = [];

    /// <summary>Log records per tenant, source and ingest hour: all of them, and those that have a verdict.</summary>
    public Dictionary<(string Tenant, string Source, long Hour), (long All, long Decided)> Counts { get; } = [];

    public void Run(IEnumerable<AuditCheckpoint> checkpoints, IEnumerable<AuditLogRecord> log)
    {
        Replay(checkpoints, log);
        foreach (var index in new System.Collections.IDictionary[] { _ids, _calls, _unsealed, _hourFirstSeen }) index.Clear(); // only the records are needed from here on
        _ids.TrimExcess();
        _calls.TrimExcess();
    }

    private void Replay(IEnumerable<AuditCheckpoint> checkpoints, IEnumerable<AuditLogRecord> log)
    {
        using var records = log.GetEnumerator();
        long number = 0, position = 0;
        foreach (var checkpoint in checkpoints)
        {
            number++;
            if (checkpoint.Number != number || checkpoint.FirstPosition != position || checkpoint.NextPosition < position || checkpoint.BookSequence < BookSequence || checkpoint.BookSequence > book.LastSequence)
                findings.Add(AuditFindingKind.CheckpointBroken, $"partition {partition} checkpoint {checkpoint.Number}", $"number {number}, first position {position}, book {BookSequence}..{book.LastSequence}", checkpoint);
            TakeUp(Math.Max(BookSequence, checkpoint.BookSequence));
            CarryOut(checkpoint);
            for (; position < checkpoint.NextPosition; position++)
            {
                if (!records.MoveNext())
                {
                    findings.Add(AuditFindingKind.LogGap, $"partition {partition}", $"records up to {checkpoint.NextPosition - 1}", $"the log ends before {position}");
                    return;
                }
                if (records.Current.Position != position)
                {
                    findings.Add(AuditFindingKind.LogGap, $"partition {partition}", $"position {position}", $"position {records.Current.Position}");
                    return;
                }
                Take(records.Current);
            }
        }
        while (records.MoveNext())
        {
            if (records.Current.Kind == GapKind) continue;
            Unread++;
            var e = records.Current.Kind == 1 ? null : UsageEvent.Read(records.Current.Payload, records.Current.IngestTimeMs);
            CountRecord(records.Current, e?.Source ?? UsageEvent.SourceOfMalformed(records.Current.Kind, records.Current.Payload), decided: false);
        }
    }

    /// <summary>Takes up the book to a sequence: usage that is rated and not sealed is resolved and rated anew where a change concerns it.</summary>
    private void TakeUp(long sequence)
    {
        BookSequence = sequence;
        var concerned = new SortedDictionary<long, ReplayedRecord>();
        for (; _effectsSeen < book.Effects.Count && book.Effects[_effectsSeen].Sequence <= sequence; _effectsSeen++)
        {
            var effect = book.Effects[_effectsSeen];
            var subscriptions = effect.AllSubscriptions ? _unsealed.Keys.Where(k => k.Tenant == effect.Tenant) : effect.Subscriptions.Select(s => (effect.Tenant, s));
            foreach (var subscription in subscriptions)
                foreach (var record in _unsealed.GetValueOrDefault(subscription, [])) concerned.TryAdd(record.Log.Position, record);
        }
        foreach (var record in concerned.Values) Rate(record, record.Event());
    }

    private void CarryOut(AuditCheckpoint checkpoint)
    {
        void Broken(string expected, object? found) => findings.Add(AuditFindingKind.CheckpointBroken, $"partition {partition} checkpoint {checkpoint.Number}", expected, found);
        try
        {
            using var commands = JsonDocument.Parse(checkpoint.Commands.Length == 0 ? "[]" : checkpoint.Commands);
            foreach (var command in commands.RootElement.EnumerateArray())
            {
                if (command.Member("seal") is { } seal)
                {
                    if (book.Batches.TryGetValue(seal.GetInt32(), out var batch) && batch.Sequence <= BookSequence) Seal(batch);
                    else Broken($"a close batch of the book up to {BookSequence}", command);
                }
                else if (command.Member("retry") is { } tenant) Retry(tenant.AsText());
                else if (command.Member("repeats") is not null)
                {
                    // What repeats a record of another partition is found when the partitions come together.
                }
                else if (command.Member("void") is { } positions)
                {
                    foreach (var position in positions.EnumerateArray().Select(p => p.GetInt64()))
                    {
                        if (_suspense.Remove(position, out var record)) record.Decide(AuditVerdict.NotBillable, AuditReason.Voided);
                        else VoidedLater.Add(position);
                    }
                }
                else Broken("seal, retry, void or repeats", command);
            }
        }
        catch (Exception e) when (Unreadable.Is(e))
        {
            Broken("commands", checkpoint.Commands);
        }
    }

    private void Seal(CloseBatch batch)
    {
        SealedBatches.Add(batch.Batch);
        foreach (var (subscription, period, _) in batch.Closes)
        {
            _sealed.Add((batch.Tenant, subscription, period));
            if (_unsealed.TryGetValue((batch.Tenant, subscription), out var records)) records.RemoveWhere(r => r.BillingPeriod == period);
        }
    }

    private void Retry(string tenant)
    {
        foreach (var record in _suspense.Values.Where(r => r.MayBeRetried && r.Log.Tenant == tenant).ToList()) Judge(record, record.Event());
    }

    /// <summary>Steps 1 to 4; the others follow.</summary>
    private void Take(AuditLogRecord log)
    {
        if (log.Kind == GapKind)
        {
            Records.Add(new ReplayedRecord(log with { Payload = default }, partition, "", "")); // its place; no verdict
            return;
        }
        var e = log.Kind == 1 ? null : UsageEvent.Read(log.Payload, log.IngestTimeMs);
        var record = new ReplayedRecord(e is null ? log with { Payload = default } : log, partition, e?.Source ?? UsageEvent.SourceOfMalformed(log.Kind, log.Payload), e?.Id ?? "");
        Records.Add(record);
        CountRecord(log, record.Source, decided: true);
        if (e is null)
        {
            record.Decide(AuditVerdict.Rejected, AuditReason.Malformed);
            return;
        }
        if (PartitionKeys.PartitionOf(log.Tenant, e.Key, partitions) is var right && right != partition)
            findings.Add(AuditFindingKind.WrongPartition, $"partition {partition} position {log.Position}", right, partition);

        if (e.Time > (log.IngestTimeMs * Clock.Millisecond) + (settings.FutureToleranceHours * Clock.Hour))
        {
            record.Decide(AuditVerdict.Rejected, AuditReason.FutureTime);
            return;
        }

        var day = IngestDay(log);
        var hour = Clock.FloorDivide(e.Time, Clock.Hour);
        if (_hourFirstSeen.TryGetValue(hour, out var firstSeen) && day - firstSeen > settings.DedupeHorizonDays)
        {
            record.Decide(AuditVerdict.Rejected, AuditReason.TooOld);
            return;
        }
        _hourFirstSeen.TryAdd(hour, day);

        var key = (log.Tenant, e.Source, e.Id);
        if (_ids.TryGetValue(key, out var before) && day - IngestDay(before.Log) <= settings.DedupeHorizonDays)
        {
            if (before.Event().HasSameContent(e)) record.Decide(AuditVerdict.Duplicate, AuditReason.None, before.Log.Position);
            else
            {
                record.Decide(AuditVerdict.Suspended, AuditReason.IdConflict);
                _suspense.Add(log.Position, record);
            }
            return;
        }
        _ids[key] = record;

        if (e.NotBillable.Length > 0) record.Decide(AuditVerdict.NotBillable, Verdicts.ReasonOf(e.NotBillable));
        else Judge(record, e);
    }

    /// <summary>Step 6; the others follow.</summary>
    private void Judge(ReplayedRecord record, UsageEvent e)
    {
        if (e.CallKey.Length > 0 && _calls.TryGetValue((record.Log.Tenant, e.Source, e.CallKey), out var legs))
        {
            var day = Clock.FloorDivide(e.Time, Clock.Day);
            if (legs.Exists(leg => leg.Record != record && Math.Abs(leg.Day - day) <= 1 && IngestDay(record.Log) - IngestDay(leg.Record.Log) <= settings.DedupeHorizonDays))
            {
                _suspense.Remove(record.Log.Position);
                record.Decide(AuditVerdict.NotBillable, AuditReason.OtherLeg);
                return;
            }
        }
        Rate(record, e);
    }

    /// <summary>Steps 7 to 11.</summary>
    private void Rate(ReplayedRecord record, UsageEvent e)
    {
        Forget(record);
        var tenant = book.Of(record.Log.Tenant);
        if (e.Subject.Length == 0 || tenant.Resolve(e.Subject, e.Time, BookSequence) is not { } subscription)
        {
            Suspend(record, AuditReason.UnknownSubject);
            return;
        }
        var outcome = Outcome.Of(tenant, subscription, e, BookSequence);
        if (outcome.Verdict == AuditVerdict.Suspended)
        {
            Suspend(record, outcome.Reason);
            return;
        }
        if (outcome.Verdict is AuditVerdict.Rejected or AuditVerdict.NotBillable)
        {
            record.Decide(outcome.Verdict, outcome.Reason);
            return;
        }

        var isLate = _sealed.Contains((record.Log.Tenant, subscription.Id, outcome.Period));
        if (isLate && e.Time < (record.Log.IngestTimeMs * Clock.Millisecond) - (settings.LateWindowDays * Clock.Day))
        {
            record.Decide(AuditVerdict.Rejected, AuditReason.TooOld);
            return;
        }
        var billing = outcome.Period;
        while (_sealed.Contains((record.Log.Tenant, subscription.Id, billing))) billing++;
        record.Count(isLate ? AuditVerdict.Late : AuditVerdict.Rated, subscription.Id, billing, outcome);
        Remember(record, e);
    }

    private void Suspend(ReplayedRecord record, AuditReason reason)
    {
        record.Decide(AuditVerdict.Suspended, reason);
        _suspense[record.Log.Position] = record;
    }

    private void Remember(ReplayedRecord record, UsageEvent e)
    {
        var key = (record.Log.Tenant, record.Subscription);
        if (!_unsealed.TryGetValue(key, out var unsealed)) _unsealed[key] = unsealed = [];
        unsealed.Add(record);
        if (e.CallKey.Length == 0) return;
        var call = (record.Log.Tenant, e.Source, e.CallKey);
        if (!_calls.TryGetValue(call, out var legs)) _calls[call] = legs = [];
        if (!legs.Exists(leg => leg.Record == record)) legs.Add((record, Clock.FloorDivide(e.Time, Clock.Day)));
    }

    private void Forget(ReplayedRecord record)
    {
        _suspense.Remove(record.Log.Position);
        if (!record.Counts) return;
        _unsealed[(record.Log.Tenant, record.Subscription)].Remove(record);
    }

    private void CountRecord(AuditLogRecord log, string source, bool decided)
    {
        var key = (log.Tenant, source, Clock.FloorDivide(log.IngestTimeMs, Clock.MillisecondsPerHour));
        var (all, withVerdict) = Counts.GetValueOrDefault(key);
        Counts[key] = (all + 1, withVerdict + (decided ? 1 : 0));
    }

    internal static long IngestDay(AuditLogRecord log) => Clock.FloorDivide(log.IngestTimeMs, Clock.MillisecondsPerDay);
}
