using System.Buffers.Binary;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Partitions;

namespace Rating.Engine.Books;

/// <summary>Finds the subscription that a subject belongs to: one place in memory for nearly every subject, because usage names millions of them in no order.</summary>
/// <remarks>A subject of up to 15 bytes is its own key, any other has 120 bits of a hash under a secret of the process. Read and written under the book's lock.</remarks>
internal sealed class SubjectIndex(IReadOnlyList<SubscriptionEntry> entries)
{
    private const int PackedBytesMax = 15;
    private static readonly UInt128 Secret = new(unchecked((ulong)"one secret".GetHashCode(StringComparison.Ordinal)), unchecked((ulong)"another one".GetHashCode(StringComparison.Ordinal)));
    private static readonly UInt128 IsHash = (UInt128)0xFF << 120;
    // Of subjects that were assigned more than once, to nobody, or with an end: all assignments, as they were recorded.
    private readonly List<SubjectAssignment[]> _histories = [];
    private Slot[] _slots = new Slot[64];
    private int _count;

    /// <summary>The key under which a subject is looked up.</summary>
    public static UInt128 KeyOf(ReadOnlySpan<byte> subject)
    {
        if (subject.Length > PackedBytesMax) return SipHash.Of(subject, Secret) | IsHash;
        Span<byte> packed = stackalloc byte[16];
        packed.Clear();
        subject.CopyTo(packed);
        // The bytes and their number; never 0, because a subject is not empty.
        packed[PackedBytesMax] = (byte)subject.Length;
        return BinaryPrimitives.ReadUInt128LittleEndian(packed);
    }

    /// <summary>Where a subject is, or would be; holds until the book changes.</summary>
    public int PlaceOf(UInt128 key)
    {
        var slots = _slots;
        var at = Home(key);
        while (slots[at].Key != key && !slots[at].IsFree) at = at + 1 == slots.Length ? 0 : at + 1;
        return at;
    }

    /// <summary>Has the memory fetched that a look-up will need.</summary>
    public int Touch(UInt128 key) => _slots[Home(key)].Owner;

    /// <summary>To whom the subject at a place belongs at a moment; null for nobody.</summary>
    public SubscriptionEntry? Find(int place, Instant moment)
    {
        ref readonly var slot = ref _slots[place];
        if (slot.IsFree) return null;
        if (slot.Owner >= 0) return moment.ToUnixTimeSeconds() >= slot.FromSeconds ? entries[slot.Owner] : null;
        var assignments = _histories[~slot.Owner];
        for (var i = assignments.Length - 1; i >= 0; i--)
            if (assignments[i].Covers(moment)) return assignments[i].Subscription;
        return null;
    }

    /// <summary>The subscription of a subject that has only ever had this one, by its index; else -1. For having its memory fetched before it is needed.</summary>
    public int Likely(int place)
    {
        ref readonly var slot = ref _slots[place];
        return slot.IsFree || slot.Owner < 0 ? -1 : slot.Owner;
    }

    /// <summary>A subject's assignments, in the order in which they were recorded.</summary>
    public SubjectAssignment[] Of(ReadOnlySpan<byte> subject) => Of(_slots[PlaceOf(KeyOf(subject))]);

    /// <summary>Records a further assignment.</summary>
    public void Add(ReadOnlySpan<byte> subject, SubjectAssignment assignment)
    {
        if ((_count + 1) * 4L > _slots.Length * 3L) Grow();
        var key = KeyOf(subject);
        ref var slot = ref _slots[PlaceOf(key)];
        var seconds = assignment.From.ToUnixTimeSeconds();
        if (slot.IsFree && assignment is { Subscription: { } owner, To: null } && seconds is >= 0 and <= uint.MaxValue && Instant.FromUnixTimeSeconds(seconds) == assignment.From)
        {
            slot = new Slot(key, (uint)seconds, owner.Index);
            _count++;
            return;
        }

        SubjectAssignment[] all = [.. Of(slot), assignment];
        if (slot.IsFree) _count++;
        if (slot.IsFree || slot.Owner >= 0)
        {
            slot = new Slot(key, 0, ~_histories.Count);
            _histories.Add(all);
        }
        else _histories[~slot.Owner] = all;
    }

    private SubjectAssignment[] Of(in Slot slot) => slot.IsFree ? [] : slot.Owner < 0 ? _histories[~slot.Owner] : [new SubjectAssignment(entries[slot.Owner], Instant.FromUnixTimeSeconds(slot.FromSeconds), null)];

    // The upper bits of the hash, scaled to any number of slots: memory grows in small steps.
    private int Home(UInt128 key)
    {
        var hash = unchecked((ulong)(key ^ Secret) * 0x9E3779B97F4A7C15 ^ (ulong)(key >> 64) * 0xD6E8FEB86659FD93);
        hash = unchecked((hash ^ hash >> 32) * 0xA0761D6478BD642F);
        return (int)((hash >> 32) * (ulong)_slots.Length >> 32);
    }

    private void Grow()
    {
        var before = _slots;
        _slots = new Slot[before.Length + before.Length / 6];
        foreach (ref readonly var slot in before.AsSpan())
            if (!slot.IsFree) _slots[PlaceOf(slot.Key)] = slot;
    }

    // 24 bytes: the key stands in halves, because a whole one would be aligned to 16.
    private readonly struct Slot(UInt128 key, uint fromSeconds, int owner)
    {
        private readonly ulong _low = unchecked((ulong)key);
        private readonly ulong _high = (ulong)(key >> 64);

        public UInt128 Key => new(_high, _low);

        public bool IsFree => (_low | _high) == 0;

        public uint FromSeconds { get; } = fromSeconds;

        // The subscription that it has belonged to since then; below zero (~) where its history is.
        public int Owner { get; } = owner;
    }
}
