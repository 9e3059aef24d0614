using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Rating.Engine.Partitions;

/// <summary>Writes the compact blocks: varints, texts by their place in a table, plain bytes. Grows as needed, is used again.</summary>
internal sealed class ByteWriter
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What is written, as memory that holds until it is used again.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void Byte(byte value)
    {
        Room(1);
        _bytes[Length++] = value;
    }

    public void Varint(ulong value)
    {
        if (value < 0x80)
        {
            Byte((byte)value);
            return;
        }

        Room(10);
        while (value >= 0x80)
        {
            _bytes[Length++] = (byte)(value & 0x7F | 0x80);
            value >>= 7;
        }

        _bytes[Length++] = (byte)value;
    }

    public void Varint(long value) => Varint((ulong)value);

    public void Zigzag(long value) => Varint(unchecked((ulong)(value << 1 ^ value >> 63)));

    /// <summary>A number of up to 128 bits: how many bytes, and so many of its zigzag form.</summary>
    public void Wide(Int128 value)
    {
        Room(17);
        var zigzag = unchecked((UInt128)(value << 1 ^ value >> 127));
        var bytes = 16 - (int)UInt128.LeadingZeroCount(zigzag) / 8;
        _bytes[Length] = (byte)bytes;
        BinaryPrimitives.WriteUInt128LittleEndian(_bytes.AsSpan(Length + 1), zigzag);
        Length += 1 + bytes;
    }

    public void Text(string text)
    {
        Room(5 + Encoding.UTF8.GetMaxByteCount(text.Length));
        if (text.Length * 3 < 0x80)
        {
            // Its length takes one byte, whatever it is: written behind its place first.
            var bytes = Encoding.UTF8.GetBytes(text, _bytes.AsSpan(Length + 1));
            _bytes[Length] = (byte)bytes;
            Length += 1 + bytes;
            return;
        }

        var count = Encoding.UTF8.GetByteCount(text);
        Varint((ulong)count);
        Length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(Length));
    }

    /// <summary>A text that is UTF-8 already.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        Room(5 + utf8.Length);
        if (utf8.Length < 0x80) _bytes[Length++] = (byte)utf8.Length;
        else Varint((ulong)utf8.Length);
        utf8.CopyTo(_bytes.AsSpan(Length));
        Length += utf8.Length;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    private void Room(int more)
    {
        if (Length + more > _bytes.Length) Grow(more);
    }

    // Apart, so that asking for room is inlined. What was outgrown serves the next that grows: all partitions fill such buffers, and pages that nobody has touched yet cost the kernel as much as the bytes.
    private void Grow(int more)
    {
        var outgrown = _bytes;
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(outgrown.Length * 2, Length + more));
        outgrown.AsSpan(0, Length).CopyTo(_bytes);
        ArrayPool<byte>.Shared.Return(outgrown);
    }
}
