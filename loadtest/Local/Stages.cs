using System.Diagnostics;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Engine.Partitions;
using Rating.Engine.Store;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Local;

/// <summary>The time per record of each stage, one thread, over the same records; a chunk at a time, so that caches are as warm as in the engine.</summary>
/// <remarks>Of the chunks the median: what a garbage collection or another process took is not the stage's. Checkpoints are few and count whole.</remarks>
internal static class Stages
{
    private const int Chunk = 128;
    private const int CheckpointRecords = 100_000;

    public static async Task<IReadOnlyList<(string Stage, double Micros)>> MeasureAsync(int records, int subscriptions)
    {
        var store = await EngineWorld.OnboardedAsync(subscriptions);
        using var book = new Book();
        await foreach (var change in store.ReadBookAsync(0, default)) book.Apply(change);
        var log = new MemoryUsageLog(1);
        await new UsageMaker(subscriptions, isZipf: false, 5).FillAsync(log, records);
        var logged = await log.ReadAsync(0, 0, records, default);
        var run = new Pass(book, store);
        run.Warm(logged);
        run = new Pass(book, store);
        GC.Collect();
        return run.Measure(logged);
    }

    private sealed class Pass(Book book, IRatingStore store)
    {
        private readonly EventDecoder _decoder = new();
        private readonly RecordIdentity _identity = new(EngineWorld.Settings.IdSecret);
        private readonly RememberedIds _ids = new(0, store, 35);
        private readonly Rater _rater = new(EngineWorld.Settings);
        private readonly SlotKeys _keys = new();
        private readonly LedgerBlocks _ledger = new();
        private readonly Accumulators _accumulators = new();
        private readonly HashSet<int> _dirty = [];
        private readonly ByteWriter _state = new();
        private readonly TextTable _texts = new();
        private readonly UsageRecord[] _records = [.. Enumerable.Range(0, Chunk).Select(_ => UsageRecord.Blank())];
        private readonly (UInt128 Id, ulong Content)[] _identities = new (UInt128, ulong)[Chunk];
        private readonly bool[] _isNew = new bool[Chunk];
        private readonly Rated[] _rated = new Rated[Chunk];
        private readonly List<double>[] _micros = [.. Enumerable.Range(0, 7).Select(_ => new List<double>())];
        private long _checkpoint;

        public void Warm(IReadOnlyList<LogRecord> logged) => Measure([.. logged.Take(50_000)]);

        public List<(string Stage, double Micros)> Measure(IReadOnlyList<LogRecord> logged)
        {
            for (var from = 0; from < logged.Count; from += Chunk)
            {
                var count = Math.Min(Chunk, logged.Count - from);
                Timed(0, count, () => Decode(logged, from, count));
                Timed(1, count, () => Identify(count));
                Timed(2, count, () => Dedupe(from, count));
                Timed(3, count, () => Rate(count));
                Timed(4, count, () => Accumulate(count));
                Timed(5, count, () => Enter(from, count));
                if ((from + count) / CheckpointRecords > from / CheckpointRecords || from + count == logged.Count) Timed(6, CheckpointRecords, Checkpoint);
            }

            string[] names = ["decode", "identity hashes", "dedupe lookup", "resolve and rate", "accumulate", "ledger entry", "checkpoint (state, ids, ledger packed)"];
            var result = names.Select((name, i) => (Stage: name, Micros: Figure.Median([.. _micros[i]]))).ToList();
            result.Add(("sum", result.Sum(stage => stage.Micros)));
            result.AddRange(Lookups(logged));
            return result;
        }

        private void Timed(int stage, int records, Action work)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            _micros[stage].Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / records);
        }

        private void Decode(IReadOnlyList<LogRecord> logged, int from, int count)
        {
            for (var i = 0; i < count; i++) _decoder.TryDecode(logged[from + i].Payload.Span, logged[from + i].Tenant, logged[from + i].IngestTime, _records[i], out _);
        }

        private void Identify(int count)
        {
            for (var i = 0; i < count; i++) _identities[i] = (_identity.OfId(_records[i]), _identity.OfContent(_records[i]));
        }

        private void Dedupe(int from, int count)
        {
            for (var i = 0; i < count; i++)
            {
                _isNew[i] = !_ids.TryFind(_identities[i].Id, 20_000, out _);
                if (_isNew[i]) _ids.Remember(_identities[i].Id, _identities[i].Content, from + i, 20_000);
            }
        }

        private void Rate(int count)
        {
            for (var i = 0; i < count; i++)
            {
                if (!_isNew[i]) continue;
                _rater.Rate(book, _records[i], _ => int.MinValue);
                var meter = _rater.Meters.Count > 0 ? _rater.Meters[0] : default;
                _rated[i] = new Rated(_rater.Verdict, _rater.Reason, _rater.Subscription!, _rater.Span!, meter, _rater.Calls.Count > 0 ? _rater.Calls[0] : null);
            }
        }

        private void Accumulate(int count)
        {
            for (var i = 0; i < count; i++)
            {
                if (!_isNew[i] || _rated[i].Verdict != Verdict.Rated) continue;
                var (span, meter) = (_rated[i].Span, _rated[i].Meter);
                ref var accumulator = ref _accumulators.Of(_rated[i].Subscription.Index, book.SubscriptionCount);
                _dirty.Add(_rated[i].Subscription.Index);
                accumulator.Meter(_keys.PlaceOf(span.Period, span.Period, span.Revision, meter.Meter, meter.Dimensions)).Add(meter.Meter.Aggregation, meter.Value, _records[i], meter.UniqueText);
                if (_rated[i].Call is { } call) accumulator.Call(_keys.PlaceOf(span.Period, span.Period, span.Revision, call.Charge, call.Call.Destination)).Add(call.Seconds, call.Call.BilledSeconds, call.Call.Amount);
                accumulator.SawEvent(_records[i].EventTime);
            }
        }

        private void Enter(int from, int count)
        {
            for (var i = 0; i < count; i++)
                _ledger.Add(_isNew[i]
                    ? new LedgerEntry
                    {
                        Position = from + i, Verdict = _rated[i].Verdict, Reason = _rated[i].Reason, Record = _records[i], Subscription = _rated[i].Subscription.Subscription.Id.Value,
                        UsagePeriod = _rated[i].Span.Period, BillingPeriod = _rated[i].Span.Period, Revision = _rated[i].Span.Revision.Id, Calls = _rated[i].Call is { } call ? [call] : [],
                    }
                    : new LedgerEntry { Position = from + i, Verdict = Verdict.Duplicate, Reason = VerdictReason.None, Record = _records[i], RepeatOf = from });
        }

        private void Checkpoint()
        {
            _checkpoint++;
            _state.Clear();
            _texts.Clear();
            foreach (var index in _dirty)
            {
                foreach (ref var slot in _accumulators[index].Meters)
                    if (slot.IsDirty) UsageBlocks.Write(_state, _texts, Rating.Domain.Usage.Aggregation.Sum, slot.Total);
                foreach (ref var slot in _accumulators[index].Calls)
                    if (slot.IsDirty) UsageBlocks.Write(_state, slot.Total);
                _accumulators[index].Stored();
            }

            _dirty.Clear();
            _ids.Seal(_checkpoint);
            _ledger.Seal(_checkpoint);
            _ledger.Clear();
        }

        private List<(string, double)> Lookups(IReadOnlyList<LogRecord> logged)
        {
            var known = logged.Take(Math.Min(100_000, logged.Count)).Select(one => _identity.OfId(_decoder.Decode(one.Payload.Span, one.Tenant, one.IngestTime, out _)!)).ToArray();
            return [("lookup of a known id", Look(known, true)), ("lookup of a new id", Look([.. known.Select(id => id ^ (((UInt128)1 << 127) | 0x5555))], false))];
        }

        private double Look(UInt128[] ids, bool isKnown)
        {
            var start = Stopwatch.GetTimestamp();
            var found = 0;
            foreach (var id in ids)
                if (_ids.TryFind(id, 20_000, out _)) found++;
            if (found != (isKnown ? ids.Length : 0)) throw new InvalidOperationException($"{found} of {ids.Length} ids were found");
            return (Stopwatch.GetTimestamp() - start) * 1e6 / Stopwatch.Frequency / ids.Length;
        }
    }

    private readonly record struct Rated(Verdict Verdict, VerdictReason Reason, SubscriptionEntry Subscription, ActiveSpan Span, MeterAddition Meter, RatedCallEntry? Call);
}
