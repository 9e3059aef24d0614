using System.Buffers.Binary;
using Rating.Domain;

namespace Rating.Engine.Partitions;

/// <summary>How the entries of one block of remembered ids lie in it: all of one size, so that one is found by halving.</summary>
/// <remarks>
/// Version 2: byte 2, byte p, byte d, then 8 bytes lowest position and 4 bytes lowest day; then per entry, in the order of the hashes, 16 bytes hash (big-endian), 8 bytes content, p bytes position less the lowest,
/// d bytes day less the lowest. A zero byte follows where the length would otherwise be a multiple of 36: that is what says version 1, which has nothing but entries of 16, 8, 8 and 4 bytes. All little-endian but the hash.
/// Ids are most of what a checkpoint writes, and positions and days of one checkpoint lie close together.
/// </remarks>
internal readonly struct IdEntries
{
    private const int HashBytes = 16, ContentBytes = 8, HeadBytes = 3 + 8 + 4, OldEntryBytes = HashBytes + ContentBytes + 8 + 4;
    private const byte Version = 2;
    private readonly int _head, _entryBytes, _positionBytes, _dayBytes, _day;
    private readonly long _position;

    private IdEntries(int head, int positionBytes, int dayBytes, long position, int day) =>
        (_head, _entryBytes, _positionBytes, _dayBytes, _position, _day) = (head, HashBytes + ContentBytes + positionBytes + dayBytes, positionBytes, dayBytes, position, day);

    /// <summary>How they lie in a block.</summary>
    public static IdEntries Of(ReadOnlySpan<byte> block)
    {
        if (block.Length % OldEntryBytes == 0) return new IdEntries(0, 8, 4, 0, 0);
        Invariant.Holds(block[0] == Version, "a block of remembered ids has a version that this program does not know");
        return new IdEntries(HeadBytes, block[1], block[2], BinaryPrimitives.ReadInt64LittleEndian(block[3..]), BinaryPrimitives.ReadInt32LittleEndian(block[11..]));
    }

    /// <summary>Writes a block.</summary>
    /// <returns>The block, and the latest day in it.</returns>
    public static (ReadOnlyMemory<byte> Bytes, int LastDay) Write(ReadOnlySpan<PendingIds.Entry> sorted)
    {
        var (lowest, highest, firstDay, lastDay) = (long.MaxValue, long.MinValue, int.MaxValue, int.MinValue);
        foreach (ref readonly var id in sorted)
        {
            (lowest, highest) = (Math.Min(lowest, id.What.Position), Math.Max(highest, id.What.Position));
            (firstDay, lastDay) = (Math.Min(firstDay, id.What.Day), Math.Max(lastDay, id.What.Day));
        }

        var layout = new IdEntries(HeadBytes, BytesOf((ulong)(highest - lowest)), BytesOf((ulong)((long)lastDay - firstDay)), lowest, firstDay);
        var length = HeadBytes + sorted.Length * layout._entryBytes;
        if (length % OldEntryBytes == 0) length++;
        // Numbers are written whole, and what stands behind their own bytes is written over.
        var bytes = GC.AllocateUninitializedArray<byte>(length + 8);
        (bytes[0], bytes[1], bytes[2]) = (Version, (byte)layout._positionBytes, (byte)layout._dayBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(3), lowest);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(11), firstDay);
        var at = HeadBytes;
        foreach (ref readonly var id in sorted)
        {
            var entry = bytes.AsSpan(at);
            BinaryPrimitives.WriteUInt128BigEndian(entry, id.Hash);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[HashBytes..], id.What.Content);
            BinaryPrimitives.WriteInt64LittleEndian(entry[(HashBytes + ContentBytes)..], id.What.Position - lowest);
            BinaryPrimitives.WriteInt32LittleEndian(entry[(HashBytes + ContentBytes + layout._positionBytes)..], id.What.Day - firstDay);
            at += layout._entryBytes;
        }

        bytes.AsSpan(at).Clear();
        return (bytes.AsMemory(0, length), lastDay);
    }

    /// <summary>How many a block has.</summary>
    public int CountIn(ReadOnlySpan<byte> block) => (block.Length - _head) / _entryBytes;

    /// <summary>The hash of one.</summary>
    public UInt128 Hash(ReadOnlySpan<byte> block, int i) => BinaryPrimitives.ReadUInt128BigEndian(block[(_head + i * _entryBytes)..]);

    /// <summary>What is remembered of an id; false when it is not in the block.</summary>
    public bool TryFind(ReadOnlySpan<byte> block, UInt128 hash, out RememberedIds.Remembered found)
    {
        int low = 0, high = CountIn(block) - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Hash(block, middle).CompareTo(hash);
            if (order == 0)
            {
                var entry = block.Slice(_head + middle * _entryBytes, _entryBytes)[HashBytes..];
                var position = _position + (long)Number(entry.Slice(ContentBytes, _positionBytes));
                found = new RememberedIds.Remembered(BinaryPrimitives.ReadUInt64LittleEndian(entry), position, _day + (int)Number(entry[(ContentBytes + _positionBytes)..]));
                return true;
            }

            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        found = default;
        return false;
    }

    private static int BytesOf(ulong number)
    {
        var bytes = 0;
        for (; number > 0; number >>= 8) bytes++;
        return bytes;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        for (var i = bytes.Length - 1; i >= 0; i--) number = number << 8 | bytes[i];
        return number;
    }
}
