using System.Runtime.InteropServices;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine.Store;

namespace Rating.Engine.Partitions;

/// <content>Loading and committing: how a partition's memory gets into the store and out of it.</content>
internal sealed partial class UsagePartition
{
    private const byte StateVersion = 3;
    // Of what is stored of a subscription: all of it, not only what changed; something of it is sealed; it has a latest event time; that is in whole seconds.
    private const byte IsWhole = 1, IsSealed = 2, HasLatest = 4, InSeconds = 8;
    private const long NoneInVersion2 = long.MinValue / 2;
    private const long BaseBytesMin = 4 << 20;
    private DateTimeOffset? _batchBegun;
    private readonly ByteWriter _stateBody = new();
    private readonly ByteWriter _state = new();
    private readonly TextTable _stateTexts = new();

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var place = await _store.TakeOverAsync(Id, cancellation);
        (_epoch, _checkpoint, _firstPosition, _committed, _position, _bookSequence) = (place.Epoch, place.Checkpoint, place.NextPosition, place.NextPosition, place.NextPosition, place.BookSequence);
        foreach (var batch in await _store.SealedBatchesAsync(Id, cancellation)) _sealedBatches.Add(batch);
        await foreach (var block in _store.ReadStateAsync(Id, cancellation)) LoadState(block);
        WeighLoaded();
        _identity = new RecordIdentity(_secret);
        // All ids that are stored: the horizon is asked of each when it is found.
        await foreach (var block in _store.ReadIdsAsync(Id, int.MinValue, cancellation)) _ids.Load(block);
    }

    // Stores all that was applied: whoever comes next finds it in the store.
    private async Task CommitAsync(string commands, IReadOnlyList<SealBlock>? seals = null)
    {
        await BeginCommitAsync(commands, seals);
        await StoredAsync();
    }

    // Takes a checkpoint of what was applied, and starts to store it. It counts as stored in this memory from here on: should the commit fail, this memory goes. One at a time, so its buffers are its own.
    private async Task BeginCommitAsync(string commands, IReadOnlyList<SealBlock>? seals = null)
    {
        await StoredAsync();
        _turn = Turn;
        if (commands.Length <= 2 && _position == _firstPosition && _ledger.Count == 0 && _dirty.Count == 0 && _newHours.Count == 0)
        {
            if (_tookUp == _bookSequence) return;
            TellTouched();
            Volatile.Write(ref _tookUp, _bookSequence);
            OnCommitted?.Invoke();
            return;
        }

        FlushCount();
        _checkpoint++;
        var isBase = _deltaBytes > Math.Max(BaseBytesMin, 4 * _baseBytes);
        var state = WriteState(_checkpoint, isBase);
        var checkpoint = new Checkpoint
        {
            Partition = Id, Epoch = _epoch, Number = _checkpoint, FirstPosition = _firstPosition, NextPosition = _position, BookSequence = _bookSequence, Commands = commands,
            State = state, Ledger = _ledger.Seal(_checkpoint), Ids = _ids.Seal(_checkpoint), Seals = seals ?? [], SuspenseFrom = SuspenseFrom,
            Verdicts = [.. _verdicts.Where(pair => pair.Value != 0).Select(pair => new VerdictCount(pair.Key.Item1, pair.Key.Item2, pair.Key.Item3, pair.Key.Item4, pair.Key.Item5, pair.Value))],
        };
        (_firstPosition, _baseBytes, _deltaBytes) = (_position, isBase ? state.Bytes.Length : _baseBytes, isBase ? 0 : _deltaBytes + state.Bytes.Length);
        (_dirty, _storingDirty) = (_storingDirty, _dirty);
        _ledger.Clear();
        _verdicts.Clear();
        _newHours.Clear();
        lock (_gate) _suspense.Stored();
        // No retry: an error with unknown outcome ends this object, and the next one loads what is stored. No cancellation either: the store's own time-outs bound it, and half a stop is worse than a late one.
        _storing = (checkpoint, Telemetry.CommitAsync(_store, checkpoint, _batchBegun, _time));
        _batchBegun = null;
        if (_storing is { Commit.IsCompleted: true }) await StoredAsync();
    }

    // Waits for the checkpoint on its way to the store, if there is one, and tells that it is stored.
    private async Task StoredAsync()
    {
        if (_storing is not { } storing) return;
        // Should it fail, the block's memory is not given back: somebody might still be sending it.
        await storing.Commit;
        _storing = null;
        _ledger.Stored();
        _lastCommit = _time.GetTimestamp();
        WeighChanged();
        // Before anybody can see that it is stored: who waits for that may wait for its alerts next.
        TellTouched();
        _storingDirty.Clear();
        Volatile.Write(ref _tookUp, storing.Checkpoint.BookSequence);
        Volatile.Write(ref _committed, storing.Checkpoint.NextPosition);
        OnCommitted?.Invoke();
    }

    // What changed since the block before, or all.
    private StateBlock WriteState(long number, bool isBase)
    {
        _stateTexts.Clear();
        _stateBody.Clear();
        _stateBody.Wide(unchecked((Int128)_secret));
        _keys.Write(_stateBody, _stateTexts, isBase);
        var indexes = isBase ? _accumulators.Subscriptions.Where(index => _accumulators.HasAny(index) || SealedThrough(index) != int.MinValue).ToList() : _dirty;
        _stateBody.Varint(indexes.Count);
        for (var next = 0; next < indexes.Count; next += ChunkRecords)
        {
            // As in Fetch: they wait for memory together.
            var chunk = CollectionsMarshal.AsSpan(indexes)[next..Math.Min(indexes.Count, next + ChunkRecords)];
            var touched = 0L;
            foreach (var index in chunk) touched += _accumulators[index].Touch();
            Volatile.Write(ref _touched, touched);
            foreach (var index in chunk)
            {
                Write(index, isBase || _whole.Contains(index));
                Clean(index);
            }
        }

        // A base leaves out what became empty.
        if (isBase) foreach (var index in _dirty) Clean(index);
        _whole.Clear();
        var hours = isBase ? [.. _hours.Keys] : _newHours;
        _stateBody.Varint(hours.Count);
        foreach (var hour in hours)
        {
            _stateBody.Zigzag(hour);
            _stateBody.Zigzag(_hours[hour]);
        }

        _suspense.Write(_stateBody, isBase);
        _state.Clear();
        _state.Byte(StateVersion);
        _stateTexts.WriteTo(_state);
        _state.Bytes(_stateBody.Written);
        return new StateBlock(number, isBase, _state.WrittenMemory);
    }

    private void Write(int index, bool isWhole)
    {
        ref var accumulator = ref _accumulators[index];
        _stateBody.Varint(index);
        var (sealedThrough, latest) = (SealedThrough(index), accumulator.LatestTicks);
        var (isSealed, hasLatest, inSeconds) = (sealedThrough != int.MinValue, latest != long.MinValue, latest % NodaConstants.TicksPerSecond == 0);
        _stateBody.Byte((byte)((isWhole ? IsWhole : 0) | (isSealed ? IsSealed : 0) | (hasLatest ? HasLatest : 0) | (inSeconds ? InSeconds : 0)));
        if (isSealed) _stateBody.Zigzag(sealedThrough);
        if (hasLatest) _stateBody.Zigzag(inSeconds ? latest / NodaConstants.TicksPerSecond : latest);
        // Each slot by its key plus one, up to a zero.
        foreach (ref var slot in accumulator.Meters)
        {
            if (!isWhole && !slot.IsDirty) continue;
            _stateBody.Varint(slot.Key + 1);
            UsageBlocks.Write(_stateBody, _stateTexts, _keys.Meter(slot.Key).Key.Aggregation, slot.Total);
        }

        _stateBody.Byte(0);
        foreach (ref var slot in accumulator.Calls)
        {
            if (!isWhole && !slot.IsDirty) continue;
            _stateBody.Varint(slot.Key + 1);
            UsageBlocks.Write(_stateBody, slot.Total);
        }

        _stateBody.Byte(0);
    }

    // While it is at hand: another pass over all of them would wait for memory once more.
    private void Clean(int index)
    {
        _accumulators.Stored(index);
        if (_accumulators.WeightOf(index) != _accumulators[index].Weigh()) _weighed.Add(index);
    }

    private void LoadState(StateBlock block)
    {
        var reader = new ByteReader(block.Bytes.Span);
        var version = reader.Byte();
        Invariant.Holds(version is 2 or StateVersion, $"partition {Id}: the memory stored with checkpoint {block.Checkpoint} has a version that this program does not know");
        var texts = TextTable.Read(ref reader);
        _secret = unchecked((UInt128)reader.Wide());
        _keys.Read(ref reader, texts);
        var subscriptions = _book.Read(book => book.SubscriptionCount);
        for (var left = reader.Count(); left > 0; left--)
        {
            var index = reader.Count();
            ref var accumulator = ref _accumulators.Of(index, subscriptions);
            var flags = reader.Byte();
            if ((flags & IsWhole) != 0) accumulator = new Accumulator();
            // Version 2 had only the first flag, both numbers always, the time in ticks, and a number of its own for none.
            var sealedThrough = version == 2 || (flags & IsSealed) != 0 ? reader.Zigzag() : NoneInVersion2;
            SealThrough(index, sealedThrough == NoneInVersion2 ? int.MinValue : (int)sealedThrough, subscriptions);
            var latest = version == 2 || (flags & HasLatest) != 0 ? reader.Zigzag() : NoneInVersion2;
            if (latest != NoneInVersion2) accumulator.SawEvent(Instant.FromUnixTimeTicks((flags & InSeconds) != 0 ? latest * NodaConstants.TicksPerSecond : latest));
            while (reader.Count() is > 0 and var key) accumulator.Meter(key - 1).Total = UsageBlocks.ReadMeterTotal(ref reader, texts, _keys.Meter(key - 1).Key.Aggregation);
            while (reader.Count() is > 0 and var key) accumulator.Call(key - 1).Total = UsageBlocks.ReadCallTotal(ref reader);
            accumulator.Stored();
        }

        for (var left = reader.Count(); left > 0; left--)
        {
            var hour = reader.Zigzag();
            _hours[hour] = (int)reader.Zigzag();
        }

        _suspense.Read(ref reader);
        (_baseBytes, _deltaBytes) = block.IsBase ? (block.Bytes.Length, 0) : (_baseBytes, _deltaBytes + block.Bytes.Length);
    }
}
