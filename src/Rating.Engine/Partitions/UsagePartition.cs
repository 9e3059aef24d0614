using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Engine.Views;

namespace Rating.Engine.Partitions;

/// <summary>One slice of the usage log and its only writer: reads records in order, gives each its verdict, keeps running totals, and stores all of it in checkpoints.</summary>
/// <remarks>
/// What was not committed never happened: after a failed commit this object is thrown away and another one opened, which takes a new epoch and loads what is stored.
/// A commit does not stop it: records go on being applied to what the next checkpoint will hold, until that is full too.
/// Readers see totals under a gate that the writer leaves every <see cref="ChunkRecords"/> records, so they never wait behind a batch.
/// </remarks>
internal sealed partial class UsagePartition
{
    // A list of them stays below the 85,000 bytes from which every array costs a full garbage collection.
    private const int ReadRecordsMax = 1024;
    private const int ChunkRecords = 128;
    private readonly IUsageLog _log;
    private readonly IRatingStore _store;
    private readonly Book _book;
    private readonly RatingSettings _settings;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Lock _mailbox = new();
    private readonly Queue<PartitionCommand> _commands = new();
    private readonly EventDecoder _decoder = new();
    private readonly Arrival[] _chunk = new Arrival[ChunkRecords];
    private readonly LedgerEntry _entry = new() { Position = 0, Verdict = default, Reason = default, Record = UsageRecord.Blank() };
    private readonly Rater _rater;
    private readonly Func<int, int> _sealedThroughOf;
    private readonly RememberedIds _ids;
    private readonly LedgerBlocks _ledger = new();
    private readonly SlotKeys _keys = new();
    private readonly SuspenseGroups _suspense = new();
    // Subscriptions touched since the last checkpoint, and those of the checkpoint on its way to the store.
    private List<int> _dirty = [];
    private List<int> _storingDirty = [];
    private readonly Dictionary<(TenantId, string, long, Verdict, VerdictReason), long> _verdicts = [];
    private (TenantId Tenant, string Source, long Hour, Verdict Verdict, VerdictReason Reason) _counted;
    private long _countedBy;
    // Event hours, with the UTC day of ingest time on which each was first seen; and those that are not stored yet.
    private readonly Dictionary<long, int> _hours = [];
    private readonly List<long> _newHours = [];
    private readonly HashSet<long> _sealedBatches = [];
    private RecordIdentity _identity;
    private UInt128 _secret;
    private readonly Accumulators _accumulators = new();
    // Of which something was taken out since the last checkpoint: they are stored whole, not only what changed.
    private readonly HashSet<int> _whole = [];
    private int[] _sealedThrough = [];
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PartitionCommand? _current;
    private Unavailable? _stopped;
    private int _readersWaiting;
    private long _touched;
    private long _awaited;
    private long _epoch;
    private long _checkpoint;
    private (Checkpoint Checkpoint, Task Commit)? _storing;
    // Where the next checkpoint begins, and up to where all is stored: apart while one is on its way.
    private long _firstPosition;
    private long _committed;
    private long _turn;
    private long _lastCommit;
    private long _position;
    private long _bookSequence;
    private long _tookUp;
    private long _baseBytes;
    private long _deltaBytes;
    private long _watchedTo;
    private Instant _latest = Instant.MinValue;

    private UsagePartition(int id, IUsageLog log, IRatingStore store, Book book, RatingSettings settings, TimeProvider time)
    {
        (Id, _log, _store, _book, _settings, _time) = (id, log, store, book, settings, time);
        _rater = new Rater(settings);
        _sealedThroughOf = SealedThrough;
        _ids = new RememberedIds(id, store, settings.DedupeHorizonDays);
        // Of a partition that begins; of any other, the one that is stored with it.
        _secret = settings.IdSecret;
        _identity = new RecordIdentity(_secret);
    }

    /// <summary>The partition's number.</summary>
    public int Id { get; }

    /// <summary>The log position that is applied next.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>The log position up to which all is stored.</summary>
    public long Committed => Volatile.Read(ref _committed);

    /// <summary>The book change up to which it works, with all that the change did stored.</summary>
    public long TookUp => Volatile.Read(ref _tookUp);

    /// <summary>Told after each commit.</summary>
    public Action? OnCommitted { get; set; }

    /// <summary>Told after each commit which subscriptions with alerts it touched; at first, and after a change of alerts, of all of whom there is usage.</summary>
    public Action<IReadOnlyList<int>>? OnTouched { get; set; }

    /// <summary>Takes the partition over and loads it.</summary>
    public static async Task<UsagePartition> OpenAsync(int id, IUsageLog log, IRatingStore store, Book book, RatingSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var partition = new UsagePartition(id, log, store, book, settings, time);
        await partition.LoadAsync(cancellation);
        return partition;
    }

    /// <summary>Hands a command to the writer.</summary>
    /// <returns>When the checkpoint that stores it is committed: how many records it took, and how many it changed.</returns>
    public Task<(long Tried, long Changed)> ExecuteAsync(PartitionCommand command)
    {
        lock (_mailbox)
        {
            if (_stopped is not null) return Task.FromException<(long, long)>(_stopped);
            _commands.Enqueue(command);
        }

        Wake();
        return command.Done.Task;
    }

    /// <summary>Somebody waits until all before a position is stored: no checkpoint that would do it is put off.</summary>
    public void Await(long position)
    {
        if (position <= Volatile.Read(ref _awaited)) return;
        Volatile.Write(ref _awaited, position);
        Wake();
    }

    /// <summary>Makes the writer look at its commands and at the book.</summary>
    public void Wake()
    {
        lock (_mailbox) _woken.TrySetResult();
    }

    /// <summary>What a subscription has used, by billing and usage period, the latest event time among it, and the book change up to which it was rated.</summary>
    public (SortedDictionary<(int Billing, int Usage), PeriodUsage> Usage, Instant? Latest, long BookSequence) UsageOf(int subscription)
    {
        Interlocked.Increment(ref _readersWaiting);
        try
        {
            lock (_gate)
            {
                if (!_accumulators.Has(subscription)) return ([], null, _bookSequence);
                ref var accumulator = ref _accumulators[subscription];
                return (accumulator.ByPeriod(_keys), accumulator.LatestTicks == long.MinValue ? null : Instant.FromUnixTimeTicks(accumulator.LatestTicks), _bookSequence);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _readersWaiting);
        }
    }

    /// <summary>A tenant's records in suspense here, in groups.</summary>
    public IReadOnlyList<SuspenseGroup> Suspense(TenantId tenant)
    {
        lock (_gate) return [.. _suspense.Of(tenant)];
    }

    /// <summary>The checkpoint from which on the ledger has all that is in suspense here; null when nothing is.</summary>
    public long? SuspenseFrom
    {
        get
        {
            lock (_gate) return _suspense.Count == 0 ? null : _suspense.FirstCheckpoint;
        }
    }

    /// <summary>Memory that the remembered ids take, and how many they are.</summary>
    public (long Bytes, long Count) RememberedIds => (_ids.Bytes, _ids.Count);

    /// <summary>Works until cancelled. Any exception means that the partition must be opened anew.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            try
            {
                await WorkAsync(cancellation);
            }
            finally
            {
                // However it ends: nothing of it is on its way to the store when the next one takes over, and whether it is still the owner is known.
                await StoredAsync();
            }
        }
        catch (Exception stopped)
        {
            // Whoever waits for a command is told; who comes later is told at once.
            lock (_mailbox)
            {
                _stopped = new Unavailable($"Partition {Id} stopped: {stopped.Message}", stopped);
                _current?.Done.TrySetException(_stopped);
                while (_commands.TryDequeue(out var command)) command.Done.TrySetException(_stopped);
            }

            throw;
        }
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        (_turn, _lastCommit) = (Turn, _time.GetTimestamp());
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Task woken;
            lock (_mailbox)
            {
                if (_woken.Task.IsCompleted) _woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                woken = _woken.Task;
            }

            if (_storing is { Commit.IsCompleted: true }) await StoredAsync();
            if (TryNextCommand(out var command))
            {
                await CommitAsync("[]");
                await CarryOutAsync(command, cancellation);
                continue;
            }

            if (_book.Sequence != _bookSequence)
            {
                await CommitAsync("[]");
                await TakeUpBookAsync(cancellation);
                await CommitAsync("[]");
            }

            var records = await ReadAsync(cancellation);
            if (records.Count == 0)
            {
                // Caught up. When records come a few at a time, each few would be a checkpoint, and a commit of the database.
                var rest = _position == _firstPosition || Volatile.Read(ref _awaited) > _firstPosition ? TimeSpan.Zero : _settings.CheckpointRest - _time.GetElapsedTime(_lastCommit);
                if (_storing is null && rest <= TimeSpan.Zero) await BeginCommitAsync("[]");
                await WaitAsync(woken, _storing is null && rest > TimeSpan.Zero ? rest : Timeout.InfiniteTimeSpan, cancellation);
                continue;
            }

            _batchBegun ??= Telemetry.Begin(_time);
            Apply(records);
            (records as IDisposable)?.Dispose();
            // The others that share the thread go on, too.
            await Task.Yield();
            // While a checkpoint is on its way, the next one may grow as large as any: then it waits, so that memory stays bounded.
            if (_position - _firstPosition >= _settings.CheckpointRecords || (Turn != _turn && _storing is null)) await BeginCommitAsync("[]");
        }
    }

    // A commit that ends while the log makes us wait is told at once.
    private async ValueTask<IReadOnlyList<LogRecord>> ReadAsync(CancellationToken cancellation)
    {
        var reading = _log.ReadAsync(Id, _position, ReadRecordsMax, cancellation);
        if (reading.IsCompleted || _storing is not { } storing) return await reading;
        var records = reading.AsTask();
        if (await Task.WhenAny(records, storing.Commit) != records) await StoredAsync();
        return await records;
    }

    /// <summary>Stores what was applied and not stored yet; for a graceful stop, after which nothing is redone.</summary>
    /// <remarks>Not when a command was on its way: what it did half is not stored.</remarks>
    public Task FlushAsync() => _current is null ? CommitAsync("[]") : Task.CompletedTask;

    // The number of the interval between checkpoints. Partitions begin it one after another, so that the database gets their checkpoints one after another too, and not all of them in the same moment of a second.
    private long Turn => (_time.GetElapsedTime(0).Ticks + _settings.CheckpointEvery.Ticks * Id / _log.Partitions) / Math.Max(1, _settings.CheckpointEvery.Ticks);

    private async Task WaitAsync(Task woken, TimeSpan atMost, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var more = _log.WaitAsync(Id, _position, stop.Token);
        await Task.WhenAny(more, woken, Task.Delay(atMost, stop.Token), _storing?.Commit ?? woken);
        await stop.CancelAsync();
        try
        {
            await more;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Woken for another reason.
        }
    }

    private bool TryNextCommand(out PartitionCommand command)
    {
        lock (_mailbox)
        {
            var found = _commands.TryDequeue(out command!);
            _current = found ? command : null;
            return found;
        }
    }

    private void Apply(IReadOnlyList<LogRecord> records)
    {
        for (var next = 0; next < records.Count;)
        {
            var end = Math.Min(records.Count, next + ChunkRecords);
            for (var i = next; i < end; i++) Decode(records[i], ref _chunk[i - next]);
            // Whoever wants to read goes first: a lock alone would let this loop take it again at once.
            for (var i = 0; i < 1000 && Volatile.Read(ref _readersWaiting) > 0; i++) Thread.Yield();
            _book.EnterRead();
            try
            {
                if (_book.Sequence != _bookSequence) return;
                Fetch(_chunk.AsSpan(0, end - next));
                lock (_gate)
                {
                    for (var i = 0; next < end; i++, next++)
                    {
                        Apply(records[next], _chunk[i]);
                        Volatile.Write(ref _position, records[next].Position + 1);
                    }
                }
            }
            finally
            {
                _book.ExitRead();
            }
        }
    }

    private void Decode(in LogRecord logged, ref Arrival arrival)
    {
        arrival.Record ??= UsageRecord.Blank();
        if (logged.Kind == LogRecordKind.Event && _decoder.TryDecode(logged.Payload.Span, logged.Tenant, logged.IngestTime, arrival.Record, out arrival.Problem))
            (arrival.Id, arrival.Subject) = (_identity.OfId(arrival.Record), SubjectIndex.KeyOf(arrival.Record.SubjectUtf8.Span));
    }

    // Decides nothing. Record after record waits for memory that no cache holds, once subscriptions are many; asked for together, they wait for it together.
    private void Fetch(Span<Arrival> chunk)
    {
        TenantBook? tenant = null;
        var touched = 0L;
        foreach (ref readonly var arrival in chunk)
        {
            tenant = TenantOf(arrival.Record!, tenant);
            touched += (tenant?.Subjects.Touch(arrival.Subject) ?? 0) + _ids.Touch(arrival.Id);
        }

        Span<int> likely = stackalloc int[ChunkRecords];
        var count = 0;
        foreach (ref var arrival in chunk)
        {
            tenant = TenantOf(arrival.Record!, tenant);
            arrival.Place = tenant?.Subjects.PlaceOf(arrival.Subject) ?? -1;
            if (tenant?.Subjects.Likely(arrival.Place) is >= 0 and var subscription) likely[count++] = subscription;
        }

        // What is found only through something else, step by step, so that no step waits for the one before of the same record.
        var subscriptions = likely[..count];
        foreach (var index in subscriptions) touched ^= (_book.Entry(index) is null ? 1 : 0) ^ (_accumulators.Has(index) ? 1 : 0);
        foreach (var index in subscriptions) touched ^= _book.Entry(index).SpanSequence ^ (_accumulators.Has(index) ? _accumulators[index].LatestTicks : 0);
        foreach (var index in subscriptions) touched ^= _book.Entry(index).Id.Value.Length ^ (_accumulators.Has(index) ? _accumulators[index].Touch() : 0);
        Volatile.Write(ref _touched, touched);
    }

    // Nearly always the one before's.
    private TenantBook? TenantOf(UsageRecord record, TenantBook? before) =>
        before is not null && ReferenceEquals(before.Id.Value, record.Tenant.Value) ? before : record.Tenant.Value is null ? null : _book.Tenant(record.Tenant);

    private void Apply(in LogRecord logged, in Arrival arrival)
    {
        // A gap covers the positions from the one that comes next to its own. Whatever else is missing is missing usage.
        if (logged.Kind == LogRecordKind.Gap)
        {
            Invariant.Holds(logged.Position >= _position, $"partition {Id}: a gap up to {logged.Position} came where {_position} comes next");
            return;
        }

        Invariant.Holds(logged.Position == _position, $"partition {Id}: position {logged.Position} came where {_position} comes next");
        if (logged.Kind == LogRecordKind.Refused)
        {
            var text = logged.Payload.Span;
            var sourceEnd = text.IndexOf((byte)'\n');
            var reason = sourceEnd < 0 ? [] : text[(sourceEnd + 1)..];
            var reasonEnd = reason.IndexOf((byte)'\n');
            Malformed(logged, sourceEnd <= 0 ? "unknown" : Encoding.UTF8.GetString(text[..sourceEnd]), reasonEnd < 0 ? "refused" : Encoding.UTF8.GetString(reason[..reasonEnd]));
            return;
        }

        if (arrival.Problem.Length == 0) Decide(logged.Position, arrival.Record!, arrival.Id, arrival.Place);
        else Malformed(logged, UsageIntake.SourceOf(logged.Payload.Span), arrival.Problem);
    }

    private void Malformed(in LogRecord logged, string source, string reason)
    {
        var record = new UsageRecord { Tenant = logged.Tenant, Source = source, Id = "", Type = "", Subject = "", EventTime = logged.IngestTime, HasTime = false, IngestTime = logged.IngestTime, Data = [] };
        Enter(new LedgerEntry { Position = logged.Position, Verdict = Verdict.Rejected, Reason = VerdictReason.Malformed, Record = record, Detail = reason });
    }

    // The verdicts in the order of docs/formats.md.
    private void Decide(long position, UsageRecord record, UInt128 id, int place)
    {
        if (record.EventTime > record.IngestTime + _settings.FutureTolerance)
        {
            Enter(new LedgerEntry { Position = position, Verdict = Verdict.Rejected, Reason = VerdictReason.FutureTime, Record = record, Detail = "its time lies after its arrival" });
            return;
        }

        var day = DayOf(record.IngestTime);
        if (IsForgotten(record, day))
        {
            _rater.Rate(_book, record, _sealedThroughOf, place);
            Enter(new LedgerEntry
            {
                Position = position, Verdict = Verdict.Rejected, Reason = VerdictReason.TooOld, Record = record, EstimatedValue = _rater.Worth(), Subscription = _rater.Subscription?.Id.Value ?? "",
                Detail = $"ids of its hour are remembered for {_settings.DedupeHorizonDays} days only",
            });
            return;
        }

        var content = _identity.OfContent(record);
        if (_ids.TryFind(id, day, out var known))
        {
            var same = known.Content == content;
            var repeat = Anew(position, same ? Verdict.Duplicate : Verdict.Suspended, same ? VerdictReason.None : VerdictReason.IdConflict, record);
            (repeat.RepeatOf, repeat.Detail) = (known.Position, same ? "" : "the same source and id came before with other content");
            Enter(repeat);
            return;
        }

        _ids.Remember(id, content, position, day);
        if (record.NotBillable != VerdictReason.None)
        {
            Enter(Anew(position, Verdict.NotBillable, record.NotBillable, record));
            return;
        }

        if (IsOtherLeg(record, day, out var billed))
        {
            var leg = Anew(position, Verdict.NotBillable, VerdictReason.OtherLeg, record);
            (leg.RepeatOf, leg.Detail) = (billed, "another leg of its call is billed");
            Enter(leg);
            return;
        }

        _rater.Rate(_book, record, _sealedThroughOf, place);
        Enter(Rated(position, record, isLater: false, isLeg: record.CallKeyUtf8.Length > 0));
    }

    private bool IsForgotten(UsageRecord record, int day)
    {
        var hour = HourOf(record.EventTime);
        if (!_hours.TryGetValue(hour, out var first))
        {
            _hours.Add(hour, day);
            _newHours.Add(hour);
            return false;
        }

        return day - first > _settings.DedupeHorizonDays;
    }

    private bool IsOtherLeg(UsageRecord record, int day, out long billed)
    {
        billed = 0;
        if (record.CallKeyUtf8.Length == 0) return false;
        var eventDay = DayOf(record.EventTime);
        for (var near = eventDay - 1; near <= eventDay + 1; near++)
            if (_ids.TryFind(_identity.OfCall(record, near), day, out var leg))
            {
                billed = leg.Position;
                return true;
            }

        return false;
    }

    // An entry of what the rater found, with its effect on the totals. A leg that nobody has billed yet claims its call.
    private LedgerEntry Rated(long position, UsageRecord record, bool isLater, bool isLeg)
    {
        var counts = _rater.Verdict is Verdict.Rated or Verdict.Late;
        int usage = 0, billing = 0;
        if (counts)
        {
            var (index, span) = (_rater.Subscription!.Index, _rater.Span!);
            usage = span.Period;
            billing = _rater.Verdict == Verdict.Late ? SealedThrough(index) + 1 : usage;
            Accumulate(index, billing, usage, span.Revision, record);
            // By the day on which it was taken in: the horizon of a leg is that of ids.
            if (isLeg) _ids.Remember(_identity.OfCall(record, DayOf(record.EventTime)), 0, position, DayOf(record.IngestTime));
        }

        var entry = Anew(position, _rater.Verdict, _rater.Reason, record);
        (entry.IsLater, entry.Subscription, entry.Detail) = (isLater, _rater.Subscription?.Id.Value ?? "", _rater.Detail);
        if (counts) (entry.UsagePeriod, entry.BillingPeriod, entry.Revision, entry.Calls) = (usage, billing, _rater.Span!.Revision.Id, _rater.Calls);
        if (_rater.Reason == VerdictReason.TooOld) entry.EstimatedValue = _rater.Worth();
        return entry;
    }

    // The one entry that is used again for every record: it lives until the next record is decided.
    private LedgerEntry Anew(long position, Verdict verdict, VerdictReason reason, UsageRecord record)
    {
        (_entry.Position, _entry.Verdict, _entry.Reason, _entry.Record) = (position, verdict, reason, record);
        (_entry.IsLater, _entry.Subscription, _entry.RepeatOf, _entry.Detail, _entry.EstimatedValue) = (false, "", null, "", "");
        (_entry.UsagePeriod, _entry.BillingPeriod, _entry.Revision, _entry.Calls) = (0, 0, 0, []);
        return _entry;
    }

    private void Accumulate(int index, int billing, int usage, PlanRevision revision, UsageRecord record)
    {
        ref var accumulator = ref Touch(index);
        if (accumulator.LatestTicks == long.MinValue) Hold(index);
        foreach (var addition in _rater.Meters)
            accumulator.Meter(_keys.PlaceOf(billing, usage, revision, addition.Meter, addition.Dimensions)).Add(addition.Meter.Aggregation, addition.Value, record, addition.UniqueText, addition.Scaled);
        foreach (var call in _rater.Calls)
            accumulator.Call(_keys.PlaceOf(billing, usage, revision, call.Charge, call.Call.Destination)).Add(call.Seconds, call.Call.BilledSeconds, call.Call.Amount, call.Cost);
        accumulator.SawEvent(record.EventTime);
        if (record.EventTime > _latest) _latest = record.EventTime;
    }

    private ref Accumulator Touch(int index)
    {
        ref var accumulator = ref _accumulators.Of(index, _book.SubscriptionCount);
        if (_accumulators.Mark(index)) _dirty.Add(index);
        return ref accumulator;
    }

    private void RemoveThrough(int index, int billing)
    {
        Touch(index).RemoveThrough(billing, _keys);
        _whole.Add(index);
    }

    /// <summary>Tells of subscriptions with alerts that the checkpoint just stored touched, and, after a change of the book, of those whose alerts it may have changed.</summary>
    public void TellTouched()
    {
        if (OnTouched is null || !_book.HasAlerts) return;
        var since = _watchedTo;
        _watchedTo = _bookSequence;
        OnTouched(_book.Read(book =>
        {
            var touched = _storingDirty.FindAll(index => book.Entry(index).AlertsSince > 0);
            if (since != _bookSequence) touched.AddRange(_accumulators.Subscriptions.Where(index => _accumulators.HasAny(index) && book.Entry(index).AlertsSince > since));
            return touched;
        }));
    }

    // A partition that has sealed nothing keeps nothing of it.
    private void SealThrough(int index, int period, int subscriptions)
    {
        if (SealedThrough(index) == period) return;
        if (index >= _sealedThrough.Length)
        {
            var before = _sealedThrough.Length;
            Array.Resize(ref _sealedThrough, Math.Max(index + 1, Math.Max(before * 2, subscriptions)));
            Array.Fill(_sealedThrough, int.MinValue, before, _sealedThrough.Length - before);
        }

        _sealedThrough[index] = period;
    }

    private int SealedThrough(int index) => index < _sealedThrough.Length ? _sealedThrough[index] : int.MinValue;

    // An entry takes its place in the ledger and in the counts.
    private void Enter(LedgerEntry entry, LedgerEntry? before = null)
    {
        _ledger.Add(entry, before?.Subscription ?? "");
        Count(entry, 1);
        if (entry.Verdict == Verdict.Suspended) _suspense.Add(entry.Record, entry.Reason, _checkpoint + 1);
        if (before is null) return;
        Count(before, -1);
        if (before.Verdict == Verdict.Suspended) _suspense.Remove(before.Record, before.Reason);
    }

    private void Count(LedgerEntry entry, long by)
    {
        var (tenant, source, hour) = (entry.Record.Tenant, entry.Record.Source, HourOf(entry.Record.IngestTime));
        // Most records are counted where the one before was: one look-up per run of them.
        if (_counted.Source is not null && ReferenceEquals(_counted.Source, source) && ReferenceEquals(_counted.Tenant.Value, tenant.Value)
            && _counted.Hour == hour && _counted.Verdict == entry.Verdict && _counted.Reason == entry.Reason)
        {
            _countedBy += by;
            return;
        }

        FlushCount();
        (_counted, _countedBy) = ((tenant, source, hour, entry.Verdict, entry.Reason), by);
    }

    private void FlushCount()
    {
        if (_countedBy != 0) System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_verdicts, _counted, out _) += _countedBy;
        _countedBy = 0;
    }

    internal static int DayOf(Instant time) => (int)FloorDiv(time.ToUnixTimeSeconds(), 86_400);

    private static long HourOf(Instant time) => FloorDiv(time.ToUnixTimeSeconds(), 3_600);

    private static long FloorDiv(long value, long by) => value >= 0 ? value / by : -((-value + by - 1) / by);

    // A record of the chunk at hand, decoded before the chunk is applied.
    private struct Arrival
    {
        public UsageRecord? Record;
        public string Problem;
        public UInt128 Id;
        public UInt128 Subject;
        public int Place;
    }
}
