using System.Text;

namespace Rating.Engine.Partitions;

/// <summary>The texts of one block, each stored once. Place 0 is the empty text.</summary>
internal sealed class TextTable
{
    // Hash codes of strings have a secret of their process.
    private static readonly ulong Secret = unchecked((ulong)"a secret".GetHashCode(StringComparison.Ordinal) << 32 ^ (uint)"and another".GetHashCode(StringComparison.Ordinal));
    private const int RecentBits = 10;
    private readonly ByteWriter _texts = new();
    private readonly (string? Text, int Place)[] _recent = new (string?, int)[1 << RecentBits];
    private Slot[] _slots = new Slot[1 << 8];
    private int _count;

    public TextTable() => Clear();

    public ulong PlaceOf(string text)
    {
        if (text.Length == 0) return 0;
        // The texts that nearly every record has are the same objects: a few comparisons of references find them.
        ref var recent = ref _recent[unchecked((uint)(text.Length | text[0] << 8 | text[^1] << 16 | text[text.Length / 2] << 24) * 0x9E3779B1) >> (32 - RecentBits)];
        if (ReferenceEquals(recent.Text, text)) return (ulong)recent.Place;
        Span<byte> small = stackalloc byte[256];
        var place = PlaceOf(text.Length * 3 <= small.Length ? small[..Encoding.UTF8.GetBytes(text, small)] : Encoding.UTF8.GetBytes(text));
        recent = (text, (int)place);
        return place;
    }

    public ulong PlaceOf(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0) return 0;
        var hash = Hash(utf8);
        for (var at = hash >> 1; ; at++)
        {
            ref var slot = ref _slots[at & (uint)(_slots.Length - 1)];
            if (slot.Hash == hash && slot.Length == utf8.Length && _texts.Written.Slice(slot.Start, slot.Length).SequenceEqual(utf8)) return (ulong)slot.Place;
            if (slot.Hash != 0) continue;
            _texts.Text(utf8);
            slot = new Slot { Hash = hash, Place = _count, Start = _texts.Length - utf8.Length, Length = utf8.Length };
            if (++_count * 2 > _slots.Length) Grow();
            return (ulong)_count - 1;
        }
    }

    public void WriteTo(ByteWriter writer)
    {
        writer.Varint(_count);
        writer.Bytes(_texts.Written);
    }

    public void Clear()
    {
        Array.Clear(_slots);
        Array.Clear(_recent);
        _texts.Clear();
        _texts.Text(ReadOnlySpan<byte>.Empty);
        _count = 1;
    }

    public static string[] Read(ref ByteReader reader)
    {
        var texts = new string[reader.Count()];
        for (var i = 0; i < texts.Length; i++) texts[i] = reader.Text();
        return texts;
    }

    // With a secret, so that nobody can choose texts that fall together; never 0.
    private static uint Hash(ReadOnlySpan<byte> utf8) => unchecked((uint)ContentHash.Of(utf8, Secret)) | 1;

    private void Grow()
    {
        var before = _slots;
        _slots = new Slot[before.Length * 2];
        foreach (ref var slot in before.AsSpan())
        {
            if (slot.Hash == 0) continue;
            var at = slot.Hash >> 1;
            while (_slots[at & (uint)(_slots.Length - 1)].Hash != 0) at++;
            _slots[at & (uint)(_slots.Length - 1)] = slot;
        }
    }

    // Where a text lies among the texts, and its place. The hash is never 0 where there is one.
    private struct Slot
    {
        public uint Hash;
        public int Place;
        public int Start;
        public int Length;
    }
}
