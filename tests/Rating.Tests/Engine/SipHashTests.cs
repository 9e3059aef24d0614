using System.Buffers.Binary;
using Rating.Engine.Partitions;

namespace Rating.Tests.Engine;

/// <summary>Ids are hashed as the authors of SipHash do it: the first lines of vectors.h of their reference implementation (128 bits, key 00 to 0f, input 00, 01, ...).</summary>
public sealed class SipHashTests
{
    [Theory]
    [InlineData(0, "A3817F04BA25A8E66DF67214C7550293")]
    [InlineData(1, "DA87C1D86B99AF44347659119B22FC45")]
    [InlineData(2, "8177228DA4A45DC7FCA38BDEF60AFFE4")]
    [InlineData(3, "9C70B60C5267A94E5F33B6B02985ED51")]
    public void The_reference_vectors_hold(int length, string expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        var hash = SipHash.Of(bytes.AsSpan(0, length), BinaryPrimitives.ReadUInt128LittleEndian(bytes));
        var output = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(output, (ulong)(hash >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(output.AsSpan(8), unchecked((ulong)hash));
        Assert.Equal(expected, Convert.ToHexString(output));
    }
}
