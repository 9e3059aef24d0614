using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Rating.TestKit;

/// <summary>Follows what a client says to PostgreSQL, so that a proxy knows which statement a piece of the stream executes.</summary>
/// <remarks>Protocol 3.0, unencrypted: a startup message without a type, then messages of a type byte, a length and a body. A prepared statement is known by the text that it was parsed from.</remarks>
internal sealed class PostgresRequests
{
    private const int KeptBytesMax = 64 << 10;
    private readonly Dictionary<string, string> _prepared = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _head = new();
    private readonly byte[] _frame = new byte[5];
    private int _framed;
    private long _left = -1;
    private bool _isStarted;

    /// <summary>Takes the next piece of the stream.</summary>
    /// <returns>The statements whose execution begins in it: in full for simple queries, by their text for prepared ones.</returns>
    public IReadOnlyList<string> Take(ReadOnlySpan<byte> piece)
    {
        var executed = new List<string>();
        while (piece.Length > 0)
        {
            if (_left < 0)
            {
                var frame = _isStarted ? 5 : 4;
                var take = Math.Min(frame - _framed, piece.Length);
                piece[..take].CopyTo(_frame.AsSpan(_framed));
                _framed += take;
                piece = piece[take..];
                if (_framed < frame) break;
                _left = BinaryPrimitives.ReadInt32BigEndian(_frame.AsSpan(frame - 4)) - 4;
                _head.ResetWrittenCount();
            }

            var part = (int)Math.Min(_left, piece.Length);
            _head.Write(piece[..Math.Min(part, Math.Max(0, KeptBytesMax - _head.WrittenCount))]);
            piece = piece[part..];
            _left -= part;
            if (_left == 0) End(executed);
        }

        // A long message is known by its head: what executes it may be many pieces away.
        return executed;
    }

    private void End(List<string> executed)
    {
        (_left, _framed) = (-1, 0);
        if (!_isStarted)
        {
            _isStarted = true;
            return;
        }

        var body = _head.WrittenSpan;
        switch (_frame[0])
        {
            case (byte)'Q':
                executed.Add(Text(ref body));
                break;
            case (byte)'P':
                var name = Text(ref body);
                _prepared[name] = Text(ref body);
                break;
            case (byte)'B':
                _ = Text(ref body); // the portal
                executed.Add(_prepared.GetValueOrDefault(Text(ref body), ""));
                break;
        }
    }

    private static string Text(ref ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)0);
        if (end < 0) end = body.Length;
        var text = Encoding.UTF8.GetString(body[..end]);
        body = body[Math.Min(end + 1, body.Length)..];
        return text;
    }
}
