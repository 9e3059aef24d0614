using System.Text.Json;
using Rating.Domain;

namespace Rating.Server.Api;

/// <summary>Cuts a JSON body into its events without writing them anew: each is a slice of the bytes that came.</summary>
internal static class EventBatch
{
    // As deep as a body can be: an element that is nested too deeply is that element's fault, and the decoder's to find.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = Limits.RequestBytesMax };
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Whether the body begins as an array.</summary>
    public static bool IsArray(ReadOnlySpan<byte> body)
    {
        var first = body.IndexOfAnyExcept(" \t\r\n"u8);
        return first >= 0 && body[first] == '[';
    }

    /// <summary>The one event of a body.</summary>
    /// <exception cref="Refused"><c>request.json</c>: nothing was taken.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> One(ReadOnlyMemory<byte> body)
    {
        body = WithoutMark(body);
        var reader = new Utf8JsonReader(body.Span, AnyDepth);
        try
        {
            reader.Read();
            reader.Skip();
            reader.Read();
        }
        catch (JsonException wrong)
        {
            throw NotJson(wrong);
        }

        return [body];
    }

    /// <summary>The events of a batch.</summary>
    /// <exception cref="Refused"><c>request.json</c>: it is not a JSON array to its end; <c>batch.size</c>: it has too many. Nothing was taken.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body)
    {
        body = WithoutMark(body);
        var events = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(body.Span, AnyDepth);
        var excess = 0;
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray) throw new Refused("request.json", "A batch is a JSON array of events; this body is none. Nothing was taken.");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (events.Count < Limits.BatchRecordsMax) events.Add(body[start..(int)reader.BytesConsumed]);
                else excess++;
            }

            reader.Read();
        }
        catch (JsonException wrong)
        {
            throw NotJson(wrong);
        }

        if (excess > 0) throw new Refused("batch.size", $"The batch has {events.Count + excess} events; send at most {Limits.BatchRecordsMax} at once. Nothing was taken.");
        return events;
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) => body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;

    private static Refused NotJson(JsonException wrong) =>
        new("request.json", $"The body is not JSON at line {(wrong.LineNumber ?? 0) + 1}, byte {wrong.BytePositionInLine ?? 0}. Nothing was taken.") { Where = $"line {(wrong.LineNumber ?? 0) + 1}" };
}
