using System.Buffers.Binary;
using Rating.Domain;
using Rating.Engine.Store;

namespace Rating.Engine.Partitions;

/// <summary>The ids that a partition remembers: exactly, for the horizon, in about 20 bytes of memory each.</summary>
/// <remarks>
/// In memory: 64 bits of each id's hash, and the checkpoint whose block has the rest. A block is read only when the 64 bits are known, which is a real repetition but for one in 10^11. Kept over all of the horizon rather
/// than by event hour, because the same id may come again with another time, or with none, and that must not be taken for a new record.
/// </remarks>
internal sealed class RememberedIds(int partition, IRatingStore store, int horizonDays)
{
    private const int EntryBytes = 16 + 8 + 8 + 4;
    private const long CachedBytesMax = 32L << 20;
    private readonly Dictionary<UInt128, Remembered> _pending = [];
    private readonly List<(long Checkpoint, int LastDay)> _blocks = [];
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _cache = [];
    private readonly Queue<long> _cached = new();
    private ulong[] _hashes = new ulong[1 << 12];
    private uint[] _checkpoints = new uint[1 << 12];
    // Of the last block made: used again, because large arrays cost full garbage collections.
    private UInt128[] _keys = [];
    private Remembered[] _values = [];
    private int _used;
    private long _cachedBytes;

    /// <summary>What is remembered of one id.</summary>
    public readonly record struct Remembered(ulong Content, long Position, int Day);

    /// <summary>How many ids are in memory.</summary>
    public int Count => _used + _pending.Count;

    /// <summary>Memory that the remembered ids take, in bytes.</summary>
    public long Bytes => _hashes.LongLength * (8 + 4);

    /// <summary>Looks an id up.</summary>
    /// <param name="hash">The id.</param>
    /// <param name="day">The UTC day of ingest time of the record that asks.</param>
    /// <param name="found">What is remembered.</param>
    /// <returns>False when it is not remembered, or no longer.</returns>
    public bool TryFind(UInt128 hash, int day, out Remembered found)
    {
        if (_pending.TryGetValue(hash, out found)) return day - found.Day <= horizonDays;
        var key = Key(hash);
        var mask = _hashes.Length - 1;
        for (var slot = (int)(key & (uint)mask); _checkpoints[slot] != 0; slot = (slot + 1) & mask)
            if (_hashes[slot] == key && Search(Block(_checkpoints[slot]).Span, hash, out found) && day - found.Day <= horizonDays) return true;
        found = default;
        return false;
    }

    /// <summary>Remembers an id from now on.</summary>
    public void Remember(UInt128 hash, ulong content, long position, int day) => _pending[hash] = new Remembered(content, position, day);

    /// <summary>Makes the block of the ids remembered since the last one; null when there are none.</summary>
    public IdBlock? Seal(long checkpoint)
    {
        if (_pending.Count == 0) return null;
        var count = _pending.Count;
        if (_keys.Length < count) (_keys, _values) = (new UInt128[count * 2], new Remembered[count * 2]);
        var (keys, values) = (_keys, _values);
        _pending.Keys.CopyTo(keys, 0);
        _pending.Values.CopyTo(values, 0);
        Array.Sort(keys, values, 0, count);
        var bytes = new byte[count * EntryBytes];
        var lastDay = int.MinValue;
        for (var i = 0; i < count; i++)
        {
            var entry = bytes.AsSpan(i * EntryBytes);
            BinaryPrimitives.WriteUInt128BigEndian(entry, keys[i]);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], values[i].Content);
            BinaryPrimitives.WriteInt64LittleEndian(entry[24..], values[i].Position);
            BinaryPrimitives.WriteInt32LittleEndian(entry[32..], values[i].Day);
            lastDay = Math.Max(lastDay, values[i].Day);
        }

        return new IdBlock(checkpoint, lastDay, bytes);
    }

    /// <summary>The block is stored: its ids are found through it from now on.</summary>
    public void Sealed(IdBlock block)
    {
        _pending.Clear();
        Load(block);
        Keep(block.Checkpoint, block.Bytes);
    }

    /// <summary>Takes up a stored block.</summary>
    public void Load(IdBlock block)
    {
        _blocks.Add((block.Checkpoint, block.LastDay));
        var count = block.Bytes.Length / EntryBytes;
        if ((_used + count) * 4L > _hashes.Length * 3L) Grow(count, block.LastDay);
        var span = block.Bytes.Span;
        for (var i = 0; i < count; i++) Insert(Key(BinaryPrimitives.ReadUInt128BigEndian(span[(i * EntryBytes)..])), checked((uint)block.Checkpoint));
    }

    private static ulong Key(UInt128 hash) => unchecked((ulong)hash);

    private void Insert(ulong key, uint checkpoint)
    {
        var mask = _hashes.Length - 1;
        var slot = (int)(key & (uint)mask);
        while (_checkpoints[slot] != 0) slot = (slot + 1) & mask;
        (_hashes[slot], _checkpoints[slot]) = (key, checkpoint);
        _used++;
    }

    // Makes room for more, and leaves out what is beyond the horizon.
    private void Grow(int more, int day)
    {
        _blocks.RemoveAll(block => day - block.LastDay > horizonDays);
        var live = _blocks.Select(block => (uint)block.Checkpoint).ToHashSet();
        var (hashes, checkpoints) = (_hashes, _checkpoints);
        long kept = 0;
        foreach (var checkpoint in checkpoints)
            if (checkpoint != 0 && live.Contains(checkpoint)) kept++;
        var size = 1 << 12;
        while ((kept + more) * 2 > size) size = checked(size * 2);
        (_hashes, _checkpoints, _used) = (new ulong[size], new uint[size], 0);
        for (var i = 0; i < hashes.Length; i++)
            if (checkpoints[i] != 0 && live.Contains(checkpoints[i])) Insert(hashes[i], checkpoints[i]);
    }

    private ReadOnlyMemory<byte> Block(long checkpoint)
    {
        if (_cache.TryGetValue(checkpoint, out var bytes)) return bytes;
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

    private static bool Search(ReadOnlySpan<byte> block, UInt128 hash, out Remembered found)
    {
        int low = 0, high = block.Length / EntryBytes - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var entry = block[(middle * EntryBytes)..];
            var order = BinaryPrimitives.ReadUInt128BigEndian(entry).CompareTo(hash);
            if (order == 0)
            {
                found = new Remembered(BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]), BinaryPrimitives.ReadInt64LittleEndian(entry[24..]), BinaryPrimitives.ReadInt32LittleEndian(entry[32..]));
                return true;
            }

            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        found = default;
        return false;
    }
}
