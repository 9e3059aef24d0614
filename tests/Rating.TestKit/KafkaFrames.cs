using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Rating.TestKit;

/// <summary>Follows one direction of a connection to a Kafka broker, so that a proxy knows which request or reply begins in a piece of the stream.</summary>
/// <remarks>Kafka's protocol: a length, then a header. That of a request has its kind, version, number and client; that of a reply the number of its request.</remarks>
internal sealed class KafkaFrames
{
    private const int LengthBytes = 4;
    private const int HeadBytesMax = 256;
    private readonly ArrayBufferWriter<byte> _head = new();
    private int _left = LengthBytes;
    private bool _isBody;

    /// <summary>The number of a request, which its reply repeats.</summary>
    public static int NumberOf(byte[] head, bool isReply) => BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(isReply ? 0 : 4));

    /// <summary>What a request is called: <c>produce acks=-1 of CLIENT</c>, <c>request 22 of CLIENT</c> (Kafka's number of the kind).</summary>
    public static string NameOf(byte[] head)
    {
        var (kind, clientBytes) = (ShortAt(head, 0), ShortAt(head, 8));
        var client = Encoding.UTF8.GetString(head, 10, Math.Max(clientBytes, (short)0));
        // Behind the header of a produce request: the transaction's name, null here, and how many must acknowledge. (From version 9 on one byte of tags and one for null take the same place as the two bytes of null before.)
        return kind == 0 ? $"produce acks={ShortAt(head, 12 + client.Length)} of {client}" : $"request {kind} of {client}";
    }

    /// <summary>Takes the next piece of the stream.</summary>
    /// <returns>The beginning of each message whose beginning ends in it.</returns>
    public IReadOnlyList<byte[]> Take(ReadOnlySpan<byte> piece)
    {
        var heads = new List<byte[]>();
        while (piece.Length > 0)
        {
            var part = Math.Min(_left, piece.Length);
            var kept = Math.Min(part, HeadBytesMax - _head.WrittenCount);
            _head.Write(piece[..kept]);
            piece = piece[part..];
            _left -= part;
            if (_isBody && kept > 0 && (_left == 0 || _head.WrittenCount == HeadBytesMax)) heads.Add(_head.WrittenSpan.ToArray());
            if (_left > 0) break;
            _left = _isBody ? LengthBytes : BinaryPrimitives.ReadInt32BigEndian(_head.WrittenSpan);
            _isBody = !_isBody;
            _head.ResetWrittenCount();
        }

        return heads;
    }

    private static short ShortAt(byte[] head, int at) => BinaryPrimitives.ReadInt16BigEndian(head.AsSpan(at));
}
