using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Rating.Domain;

namespace Rating.Server.Importing;

/// <summary>A batch of rows on its way to the engine: per row a kind (0 = event, 1 = refused), a length, and its bytes. Of a refused row: reason, line feed, the raw bytes.</summary>
/// <remarks>Lengths instead of JSON: a million rows are not to be parsed once more than their events must be.</remarks>
internal static class ImportFrame
{
    /// <summary>Its content type.</summary>
    public const string ContentType = "application/x-rating-rows";

    private const int HeadBytes = 5;

    /// <summary>Adds an event.</summary>
    public static void WriteEvent(IBufferWriter<byte> batch, ReadOnlySpan<byte> payload)
    {
        Head(batch, 0, payload.Length);
        batch.Write(payload);
    }

    /// <summary>Adds a refused row.</summary>
    public static void WriteRefused(IBufferWriter<byte> batch, string reason, ReadOnlySpan<byte> raw)
    {
        var why = Encoding.UTF8.GetBytes(reason.ReplaceLineEndings(" "));
        Head(batch, 1, why.Length + 1 + raw.Length);
        batch.Write(why);
        batch.Write("\n"u8);
        batch.Write(raw);
    }

    /// <summary>Reads a batch.</summary>
    /// <exception cref="Refused"><c>request.frame</c></exception>
    public static (IReadOnlyList<ReadOnlyMemory<byte>> Events, IReadOnlyList<(string Reason, ReadOnlyMemory<byte> Raw)> Refused) Read(ReadOnlyMemory<byte> batch)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        var refused = new List<(string, ReadOnlyMemory<byte>)>();
        while (batch.Length > 0)
        {
            if (batch.Length < HeadBytes) throw Broken();
            var length = BinaryPrimitives.ReadInt32LittleEndian(batch.Span[1..]);
            if (length < 0 || length > batch.Length - HeadBytes) throw Broken();
            var row = batch.Slice(HeadBytes, length);
            var end = row.Span.IndexOf((byte)'\n');
            switch (batch.Span[0])
            {
                case 0: events.Add(row); break;
                case 1 when end >= 0: refused.Add((Encoding.UTF8.GetString(row.Span[..end]), row[(end + 1)..])); break;
                default: throw Broken();
            }

            batch = batch[(HeadBytes + length)..];
        }

        return (events, refused);
    }

    private static void Head(IBufferWriter<byte> batch, byte kind, int length)
    {
        var head = batch.GetSpan(HeadBytes);
        head[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], length);
        batch.Advance(HeadBytes);
    }

    private static Refused Broken() => new("request.frame", "The batch of rows is not whole; nothing was taken.");
}
