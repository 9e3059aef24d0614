using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rating.Server.Cdr;

/// <summary>Writes usable rows as CloudEvents 1.0 in structured JSON. Not for several threads.</summary>
/// <remarks>The event has nothing of the file's name or the line's number: the same row in another file must give the same bytes, so that it is seen as the same record.</remarks>
public sealed class CdrEventWriter : IDisposable
{
    // Numbers begin with '+' and names hold '<'; none of this JSON is ever put into HTML unescaped.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    private static readonly JsonEncodedText SpecVersion = Name("specversion"), Id = Name("id"), SourceName = Name("source"), TypeName = Name("type"), Subject = Name("subject"),
        Time = Name("time"), CallKey = Name("callkey"), PartitionKey = Name("partitionkey"), NotBillable = Name("notbillable"), Data = Name("data"),
        DurationSeconds = Name("duration_seconds"), Called = Name("called"), Caller = Name("caller"), DirectionName = Name("direction"), Version = Name("1.0");

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly JsonEncodedText _source, _type;
    private readonly JsonEncodedText? _direction;
    private readonly JsonEncodedText[] _extra;

    /// <param name="map">The map that the rows were read with.</param>
    /// <param name="source">The events' source; <c>cdr/MAP</c> when null. Rows are told from repetitions within one source.</param>
    public CdrEventWriter(CdrMap map, string? source = null)
    {
        Source = source ?? $"cdr/{map.Name}";
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true });
        _source = Name(Source);
        _type = Name(map.EventType);
        _direction = map.Direction is null ? null : Name(map.Direction);
        _extra = [.. map.Extra.Select(c => Name(c.Name))];
    }

    /// <summary>The events' source.</summary>
    public string Source { get; }

    /// <summary>Writes one row's event.</summary>
    /// <returns>UTF-8 JSON, valid until the next call.</returns>
    /// <exception cref="ArgumentException">The row is refused and has no event.</exception>
    public ReadOnlyMemory<byte> Write(CdrRow row)
    {
        if (!row.IsUsable)
            throw new ArgumentException($"Line {row.LineNumber} is refused ({row.Refusal}) and has no event.", nameof(row));
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString(SpecVersion, Version);
        _json.WriteString(Id, row.RowKey);
        _json.WriteString(SourceName, _source);
        _json.WriteString(TypeName, _type);
        WriteUnlessEmpty(Subject, row.Subject);
        _json.WriteString(Time, row.Time.ToDateTimeUtc());
        WriteUnlessEmpty(CallKey, row.CallKey);
        WriteUnlessEmpty(PartitionKey, row.CallKey);
        if (row.NotBillable != CdrNotBillable.None)
            _json.WriteString(NotBillable, Word(row.NotBillable));
        _json.WriteStartObject(Data);
        _json.WriteNumber(DurationSeconds, row.DurationSeconds);
        WriteUnlessEmpty(Called, row.Called);
        WriteUnlessEmpty(Caller, row.Caller);
        if (_direction is { } direction)
            _json.WriteString(DirectionName, direction);
        else
            WriteUnlessEmpty(DirectionName, row.Direction);
        for (var i = 0; i < _extra.Length; i++)
            WriteUnlessEmpty(_extra[i], row.Extra(i));
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private static JsonEncodedText Name(string text) => JsonEncodedText.Encode(text, Encoder);

    private static ReadOnlySpan<byte> Word(CdrNotBillable reason) => reason switch
    {
        CdrNotBillable.Unanswered => "unanswered"u8,
        CdrNotBillable.Internal => "internal"u8,
        _ => "otherleg"u8,
    };

    private void WriteUnlessEmpty(JsonEncodedText name, ReadOnlySpan<byte> utf8)
    {
        if (!utf8.IsEmpty)
            _json.WriteString(name, utf8);
    }
}
