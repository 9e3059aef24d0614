using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;

namespace Rating.Kafka;

/// <summary>Makes log records of Kafka messages, whoever wrote them. The same message always gives the same record.</summary>
internal sealed unsafe class RecordReader(TenantId defaultTenant)
{
    /// <summary>What is longer is no event in any case; its rest is left away.</summary>
    public const int PayloadBytesMax = 2 * Limits.PayloadBytesMax;

    private const int ChunkBytes = 64 * 1024;
    private const int TenantBytesMax = 256;
    private const int TraceBytesMax = 64;
    private readonly List<(nint Name, nint Value, int Size)> _attributes = [];
    private byte[] _tenantBytes = [];
    private TenantId _tenant;
    private List<byte[]> _chunks = [];
    private int _chunk;
    private int _used;

    /// <summary>Begins a window of records, in the memory of the one before when nobody reads that any more.</summary>
    public void Begin(bool isFree)
    {
        if (!isFree) _chunks = [];
        (_chunk, _used) = (0, 0);
    }

    /// <summary>Reads a message that is no error.</summary>
    public LogRecord Read(Native.Message* message)
    {
        var payload = message->Payload == null ? [] : new ReadOnlySpan<byte>(message->Payload, (int)Math.Min(message->Length, PayloadBytesMax));
        var tenant = defaultTenant;
        ReadOnlySpan<byte> type = [];
        _attributes.Clear();
        nint headers;
        if (Native.MessageHeaders(message, &headers) == 0)
        {
            byte* name, value;
            nuint size;
            for (nuint i = 0; Native.Header(headers, i, &name, &value, &size) == 0; i++)
            {
                var key = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
                var bytes = value == null ? [] : new ReadOnlySpan<byte>(value, checked((int)size));
                if (key.SequenceEqual("content-type"u8)) type = bytes;
                else if (key.SequenceEqual("rating-tenant"u8)) tenant = TenantOf(bytes);
                else if (key.SequenceEqual("traceparent"u8)) Telemetry.Note(message->Partition, message->Offset, Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, TraceBytesMax)]));
                else if (key.StartsWith("ce_"u8)) _attributes.Add(((nint)name, (nint)value, bytes.Length));
            }
        }

        int timeType;
        var time = Math.Max(0, Native.MessageTimestamp(message, &timeType));
        if (type.SequenceEqual("application/vnd.rating.refused"u8) && payload.Count((byte)'\n') >= 2)
            return new LogRecord(message->Offset, tenant, LogRecordKind.Refused, time, Keep(payload));
        var isBinary = _attributes.Count > 0 && !type.StartsWith("application/cloudevents"u8);
        return new LogRecord(message->Offset, tenant, LogRecordKind.Event, time, isBinary ? Structured(payload, type) : Keep(payload));
    }

    private TenantId TenantOf(ReadOnlySpan<byte> bytes)
    {
        if (_tenantBytes.Length > 0 && bytes.SequenceEqual(_tenantBytes)) return _tenant;
        if (bytes.Length is 0 or > TenantBytesMax || !System.Text.Unicode.Utf8.IsValid(bytes) || bytes.IndexOfAnyInRange((byte)0, (byte)31) >= 0) return defaultTenant;
        (_tenantBytes, _tenant) = (bytes.ToArray(), new TenantId(Encoding.UTF8.GetString(bytes)));
        return _tenant;
    }

    // Many small payloads share an array.
    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > ChunkBytes / 8) return payload.ToArray();
        if (_used + payload.Length > ChunkBytes) (_chunk, _used) = (_chunk + 1, 0);
        if (_chunk == _chunks.Count) _chunks.Add(GC.AllocateUninitializedArray<byte>(ChunkBytes));
        var kept = _chunks[_chunk].AsMemory(_used, payload.Length);
        payload.CopyTo(kept.Span);
        _used += payload.Length;
        return kept;
    }

    // Nothing is checked or repaired here: what is wrong stays wrong in the structured form, and is rejected with the event's own source.
    private byte[] Structured(ReadOnlySpan<byte> data, ReadOnlySpan<byte> type)
    {
        var json = new ArrayBufferWriter<byte>(data.Length + 512);
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var (name, value, size) in _attributes)
                writer.WriteString(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)name)[3..]), Encoding.UTF8.GetString(new ReadOnlySpan<byte>((byte*)value, size)));
            if (type.Length > 0) writer.WriteString("datacontenttype", Encoding.UTF8.GetString(type));
            if (data.Length > 0)
            {
                if (IsJson(data))
                {
                    writer.WritePropertyName("data");
                    writer.WriteRawValue(data, skipInputValidation: true);
                }
                else
                {
                    writer.WriteBase64String("data_base64", data);
                }
            }

            writer.WriteEndObject();
        }

        return json.WrittenSpan.ToArray();
    }

    private static bool IsJson(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            while (reader.Read()) reader.TrySkip();
            return System.Text.Unicode.Utf8.IsValid(data);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
