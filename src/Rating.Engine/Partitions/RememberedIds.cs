using System.Numerics;
using System.Runtime.InteropServices;
using Rating.Domain;
using Rating.Engine.Store;

namespace Rating.Engine.Partitions;

/// <summary>The ids that a partition remembers: exactly, for the horizon, in about 20 bytes of memory each.</summary>
/// <remarks>
/// In memory: 64 bits of each id's hash, and the checkpoint whose block has the rest. A block is read only when the 64 bits are known, which is a real repetition but for one in 10^11. Kept over all of the horizon rather
/// than by event hour, because the same id may come again with another time, or with none, and that must not be taken for a new record.
/// A slot is chosen by the upper bits of the hash: a block, which is sorted, then goes into the table from its beginning to its end, instead of missing the cache for each id.
/// </remarks>
internal sealed class RememberedIds(int partition, IRatingStore store, int horizonDays)
{
    private const int SlotsMin = 1 << 12;
    private const long CachedBytesMax = 32L << 20;
    private readonly PendingIds _pending = new();
    private readonly List<(long Checkpoint, int LastDay)> _blocks = [];
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _cache = [];
    private readonly Queue<long> _cached = new();
    // The newest block: perhaps not in the store yet, so not to be read from there.
    private IdBlock? _newest;
    private Slot[] _slots = new Slot[SlotsMin];
    private int _used;
    private long _cachedBytes;

    /// <summary>What is remembered of one id.</summary>
    public readonly record struct Remembered(ulong Content, long Position, int Day);

    /// <summary>How many ids are in memory.</summary>
    public int Count => _used + _pending.Count;

    /// <summary>Memory that the remembered ids take, in bytes.</summary>
    public long Bytes => _slots.LongLength * (8 + 4);

    /// <summary>Looks an id up.</summary>
    /// <param name="hash">The id.</param>
    /// <param name="day">The UTC day of ingest time of the record that asks.</param>
    /// <param name="found">What is remembered.</param>
    /// <returns>False when it is not remembered, or no longer.</returns>
    public bool TryFind(UInt128 hash, int day, out Remembered found)
    {
        if (_pending.TryFind(hash, out found)) return day - found.Day <= horizonDays;
        var key = Key(hash);
        for (var at = Home(key); ; at = Next(at))
        {
            ref var slot = ref _slots[at];
            if (slot.Checkpoint == 0) break;
            if (slot.Key == key && TryFind(Block(slot.Checkpoint).Span, hash, out found) && day - found.Day <= horizonDays) return true;
        }

        found = default;
        return false;
    }

    /// <summary>Has the memory fetched that a look-up will need.</summary>
    public int Touch(UInt128 hash) => unchecked((int)_slots[Home(Key(hash))].Checkpoint) + _pending.Touch(hash);

    /// <summary>Remembers an id from now on.</summary>
    public void Remember(UInt128 hash, ulong content, long position, int day) => _pending.Set(hash, new Remembered(content, position, day));

    /// <summary>Makes the block of the ids remembered since the last one, and finds them through it from now on; null when there are none.</summary>
    /// <remarks>The block may be on its way to the store until the next one is made.</remarks>
    public IdBlock? Seal(long checkpoint)
    {
        if (_pending.Count == 0) return null;
        var (bytes, lastDay) = IdEntries.Write(_pending.Sorted());
        _pending.Clear();
        _newest = new IdBlock(checkpoint, lastDay, bytes);
        Load(_newest);
        Keep(checkpoint, bytes);
        return _newest;
    }

    /// <summary>Takes up a stored block.</summary>
    public void Load(IdBlock block)
    {
        _blocks.Add((block.Checkpoint, block.LastDay));
        var span = block.Bytes.Span;
        var entries = IdEntries.Of(span);
        var count = entries.CountIn(span);
        if ((_used + count) * 4L > _slots.Length * 3L) Grow(count, block.LastDay);
        for (var i = 0; i < count; i++) Insert(Key(entries.Hash(span, i)), checked((uint)block.Checkpoint));
    }

    private static ulong Key(UInt128 hash) => (ulong)(hash >> 64);

    private int Home(ulong key) => (int)(key >> (64 - BitOperations.Log2((uint)_slots.Length)));

    private int Next(int at) => (at + 1) & (_slots.Length - 1);

    private void Insert(ulong key, uint checkpoint)
    {
        var at = Home(key);
        while (_slots[at].Checkpoint != 0) at = Next(at);
        _slots[at] = new Slot { Key = key, Checkpoint = checkpoint };
        _used++;
    }

    // Makes room for more, and leaves out what is beyond the horizon.
    private void Grow(int more, int day)
    {
        _blocks.RemoveAll(block => day - block.LastDay > horizonDays);
        var live = _blocks.Select(block => (uint)block.Checkpoint).ToHashSet();
        var before = _slots;
        long kept = 0;
        foreach (ref var slot in before.AsSpan())
            if (slot.Checkpoint != 0 && live.Contains(slot.Checkpoint)) kept++;
        var size = SlotsMin;
        while ((kept + more) * 2 > size) size = checked(size * 2);
        (_slots, _used) = (new Slot[size], 0);
        foreach (ref var slot in before.AsSpan())
            if (slot.Checkpoint != 0 && live.Contains(slot.Checkpoint)) Insert(slot.Key, slot.Checkpoint);
    }

    private ReadOnlyMemory<byte> Block(long checkpoint)
    {
        if (_cache.TryGetValue(checkpoint, out var bytes)) return bytes;
        if (_newest?.Checkpoint == checkpoint) return _newest.Bytes;
        var block = store.ReadIdBlock(partition, checkpoint);
        Invariant.Holds(block is not null, $"partition {partition}: the ids of checkpoint {checkpoint} are not in the store");
        Keep(checkpoint, block.Bytes);
        return block.Bytes;
    }

    private void Keep(long checkpoint, ReadOnlyMemory<byte> bytes)
    {
        if (!_cache.TryAdd(checkpoint, bytes)) return;
        _cached.Enqueue(checkpoint);
        _cachedBytes += bytes.Length;
        while (_cachedBytes > CachedBytesMax && _cached.Count > 1)
            if (_cache.Remove(_cached.Dequeue(), out var oldest)) _cachedBytes -= oldest.Length;
    }

    private static bool TryFind(ReadOnlySpan<byte> block, UInt128 hash, out Remembered found) => IdEntries.Of(block).TryFind(block, hash, out found);

    // Twelve bytes: what is looked up lies on one cache line, mostly.
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Slot
    {
        public ulong Key;
        public uint Checkpoint;
    }
}
