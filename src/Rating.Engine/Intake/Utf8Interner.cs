using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Rating.Engine.Intake;

/// <summary>Gives the same string for the same bytes, mostly: usage repeats its sources, types, subjects and field names, and making a string each time is what would cost most.</summary>
internal sealed class Utf8Interner
{
    private const int SlotBits = 14;
    private readonly string?[] _slots = new string?[1 << SlotBits];

    /// <summary>The text of well-formed UTF-8.</summary>
    public string Text(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0) return "";
        if (utf8.Length > 64) return Encoding.UTF8.GetString(utf8);
        ref var slot = ref _slots[Slot(utf8)];
        // False for a text that is not ASCII: such a one is made anew each time.
        if (slot is { } text && Ascii.Equals(utf8, text)) return text;
        return slot = Encoding.UTF8.GetString(utf8);
    }

    // The beginning, the end and the length tell texts apart well enough: a wrong guess costs a string.
    private static int Slot(ReadOnlySpan<byte> utf8)
    {
        ulong head = 0, tail = 0;
        if (utf8.Length >= 8) (head, tail) = (BinaryPrimitives.ReadUInt64LittleEndian(utf8), BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]));
        else
            foreach (var b in utf8) head = head << 8 | b;
        return (int)(unchecked((head ^ BitOperations.RotateLeft(tail * 0x9E3779B97F4A7C15, 29) ^ (ulong)utf8.Length) * 0xD6E8FEB86659FD93) >> (64 - SlotBits));
    }
}
