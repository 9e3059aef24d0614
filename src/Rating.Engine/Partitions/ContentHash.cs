using System.Buffers.Binary;

namespace Rating.Engine.Partitions;

/// <summary>64 bits of what a record says: fast, always the same, not for keeping attackers away.</summary>
/// <remarks>
/// Only a record with an id that is known is compared by it, so two contents with the same hash can at worst make a source's own second record a repetition of its first, by chance once in 10^19.
/// Stored with ids: never change it. Method: each 16 bytes are folded in by a multiplication of 64 x 64 bits (as in wyhash, public domain).
/// </remarks>
internal static class ContentHash
{
    private const ulong A = 0xA0761D6478BD642F, B = 0xE7037ED1A0B428DB, C = 0x8EBC6AF09C88C6E3;

    /// <summary>The hash that is stored.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes) => Of(bytes, 0);

    /// <summary>A hash of this process: with a secret seed, nobody can choose what falls together.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong secret)
    {
        var length = (ulong)bytes.Length;
        var seed = Mix(A ^ secret, length ^ B);
        for (; bytes.Length >= 16; bytes = bytes[16..])
            seed = Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ B, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ seed);
        Span<byte> rest = stackalloc byte[16];
        rest.Clear();
        bytes.CopyTo(rest);
        seed = Mix(BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ C, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) ^ seed);
        return Mix(seed ^ A, length ^ C);
    }

    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
