using System.Numerics;

namespace Rating.Engine.Partitions;

/// <summary>The ids remembered since the last checkpoint.</summary>
internal sealed class PendingIds
{
    private Entry[] _entries = new Entry[1 << 10];
    private Slot[] _slots = new Slot[1 << 11];
    // Used again for every block.
    private Entry[] _sorted = [];
    private int[] _starts = [];

    /// <summary>One id and what is remembered of it.</summary>
    public struct Entry
    {
        public UInt128 Hash;
        public RememberedIds.Remembered What;
    }

    public int Count { get; private set; }

    public bool TryFind(UInt128 hash, out RememberedIds.Remembered found)
    {
        var place = _slots[SlotOf(hash)].Place;
        found = place == 0 ? default : _entries[place - 1].What;
        return place != 0;
    }

    /// <summary>Has the memory fetched that a look-up will need.</summary>
    public int Touch(UInt128 hash) => _slots[unchecked((int)(ulong)hash) & (_slots.Length - 1)].Place;

    /// <summary>Takes an id, or what is remembered of it from now on.</summary>
    public void Set(UInt128 hash, RememberedIds.Remembered what)
    {
        ref var slot = ref _slots[SlotOf(hash)];
        if (slot.Place == 0)
        {
            if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
            slot = new Slot { Tag = Tag(hash), Place = ++Count };
        }

        _entries[slot.Place - 1] = new Entry { Hash = hash, What = what };
        if (Count * 2 > _slots.Length) Grow();
    }

    /// <summary>All of them in the order of their hashes.</summary>
    /// <remarks>Hashes are spread evenly: each goes near its place by its upper bits, and is moved by a few places then.</remarks>
    public ReadOnlySpan<Entry> Sorted()
    {
        var bits = BitOperations.Log2((uint)Count | 1);
        if (_sorted.Length < Count) _sorted = new Entry[_entries.Length];
        if (_starts.Length < (1 << bits) + 1) _starts = new int[(1 << bits) + 1];
        var entries = _entries.AsSpan(0, Count);
        var starts = _starts.AsSpan(0, (1 << bits) + 1);
        starts.Clear();
        foreach (ref readonly var entry in entries) starts[Bucket(entry.Hash, bits) + 1]++;
        for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
        foreach (ref readonly var entry in entries) _sorted[starts[Bucket(entry.Hash, bits)]++] = entry;
        for (var i = 1; i < Count; i++)
        {
            if (_sorted[i - 1].Hash <= _sorted[i].Hash) continue;
            var moved = _sorted[i];
            var at = i;
            for (; at > 0 && _sorted[at - 1].Hash > moved.Hash; at--) _sorted[at] = _sorted[at - 1];
            _sorted[at] = moved;
        }

        return _sorted.AsSpan(0, Count);
    }

    public void Clear()
    {
        Count = 0;
        Array.Clear(_slots);
    }

    private static int Bucket(UInt128 hash, int bits) => bits == 0 ? 0 : (int)((ulong)(hash >> 64) >> (64 - bits));

    private static uint Tag(UInt128 hash) => unchecked((uint)(ulong)(hash >> 32));

    // Where the hash is, or would be.
    private int SlotOf(UInt128 hash)
    {
        var (tag, mask) = (Tag(hash), _slots.Length - 1);
        var at = unchecked((int)(ulong)hash) & mask;
        for (; _slots[at].Place != 0; at = (at + 1) & mask)
            if (_slots[at].Tag == tag && _entries[_slots[at].Place - 1].Hash == hash) break;
        return at;
    }

    private void Grow()
    {
        _slots = new Slot[_slots.Length * 2];
        for (var i = 0; i < Count; i++) _slots[SlotOf(_entries[i].Hash)] = new Slot { Tag = Tag(_entries[i].Hash), Place = i + 1 };
    }

    // Part of a hash, and its place among the entries plus one; 0 for none.
    private struct Slot
    {
        public uint Tag;
        public int Place;
    }
}
