using Orleans;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Partitions;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Cluster;

/// <summary>Rates, recognises repetitions and accumulates as a partition does, for one subscription and a record at a time. Kinder than real: it stores nothing.</summary>
internal sealed class NaiveSubscription(Book book) : Grain, INaiveSubscription
{
    [ThreadStatic]
    private static Tools? _tools;

    private static readonly Lock KeysGate = new();
    private static readonly SlotKeys Keys = new();
    private readonly Dictionary<UInt128, ulong> _ids = [];
    private Accumulator _totals = new();

    public Task<bool> ApplyAsync(UsageRecord record)
    {
        var tools = _tools ??= new Tools();
        if (!_ids.TryAdd(tools.Identity.OfId(record), tools.Identity.OfContent(record)))
        {
            tools.Enter(new LedgerEntry { Position = tools.Entries, Verdict = Verdict.Duplicate, Reason = VerdictReason.None, Record = record, RepeatOf = 0 });
            return Task.FromResult(false);
        }

        book.EnterRead();
        try
        {
            tools.Rater.Rate(book, record, static _ => int.MinValue);
        }
        finally
        {
            book.ExitRead();
        }

        if (tools.Rater.Verdict != Verdict.Rated) throw new InvalidOperationException($"{tools.Rater.Verdict}: {tools.Rater.Detail}");
        var span = tools.Rater.Span!;
        // Places are numbered for all grains together: numbered by each, they would cost each a table.
        lock (KeysGate)
        {
            foreach (var addition in tools.Rater.Meters)
                _totals.Meter(Keys.PlaceOf(span.Period, span.Period, span.Revision, addition.Meter, addition.Dimensions)).Add(addition.Meter.Aggregation, addition.Value, record, addition.UniqueText);
            foreach (var call in tools.Rater.Calls)
                _totals.Call(Keys.PlaceOf(span.Period, span.Period, span.Revision, call.Charge, call.Call.Destination)).Add(call.Seconds, call.Call.BilledSeconds, call.Call.Amount);
        }

        _totals.SawEvent(record.EventTime);
        tools.Enter(new LedgerEntry
        {
            Position = tools.Entries, Verdict = Verdict.Rated, Reason = VerdictReason.None, Record = record, Subscription = tools.Rater.Subscription!.Subscription.Id.Value,
            UsagePeriod = span.Period, BillingPeriod = span.Period, Revision = span.Revision.Id, Calls = [.. tools.Rater.Calls],
        });
        return Task.FromResult(true);
    }

    /// <summary>What holds nothing between two records, one per thread.</summary>
    private sealed class Tools
    {
        private const int LedgerRecords = 25_000;
        private readonly LedgerBlocks _ledger = new();

        public RecordIdentity Identity { get; } = new(1);

        public Rater Rater { get; } = new(EngineWorld.Settings);

        public long Entries { get; private set; }

        public void Enter(LedgerEntry entry)
        {
            _ledger.Add(entry);
            if (++Entries % LedgerRecords != 0) return;
            _ledger.Seal(Entries / LedgerRecords);
            _ledger.Clear();
        }
    }
}
