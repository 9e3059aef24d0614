using System.Buffers.Binary;
using System.Text;
using Rating.Domain;

namespace Rating.Engine.Partitions;

/// <summary>Reads what <see cref="ByteWriter"/> wrote.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public byte Byte() => _bytes[_at++];

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            Invariant.Holds(shift < 70, "a stored block is damaged: a number has no end");
            var b = _bytes[_at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
    }

    public int Count() => checked((int)Varint());

    public long Zigzag()
    {
        var value = Varint();
        return unchecked((long)(value >> 1) ^ -(long)(value & 1));
    }

    public Int128 Wide()
    {
        Span<byte> wide = stackalloc byte[16];
        wide.Clear();
        var length = Byte();
        Invariant.Holds(length <= 16, "a stored block is damaged: a number is too long");
        _bytes.Slice(_at, length).CopyTo(wide);
        _at += length;
        var zigzag = BinaryPrimitives.ReadUInt128LittleEndian(wide);
        return unchecked((Int128)(zigzag >> 1) ^ -(Int128)(zigzag & 1));
    }

    public string Text() => Encoding.UTF8.GetString(Bytes(Count()));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        var span = _bytes.Slice(_at, count);
        _at += count;
        return span;
    }
}
