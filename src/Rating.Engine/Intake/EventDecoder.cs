using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Intake;

/// <summary>The one border that usage crosses: a CloudEvent in structured JSON becomes a checked <see cref="UsageRecord"/>, or a reason why not.</summary>
/// <remarks>The rules are in docs/formats.md, "A well-formed event". Not safe for use by several threads at once: each reader has its own.</remarks>
public sealed partial class EventDecoder
{
    private static readonly SearchValues<byte> Controls = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i)]);
    private readonly Utf8Interner _texts = new();
    private readonly DataField[] _fields = new DataField[Limits.DataFieldsMax];
    private readonly HashSet<string> _others = new(StringComparer.Ordinal);
    private byte[] _unescaped = new byte[Limits.TextBytesMax * 4];
    private byte[] _bytes = [];
    private int _fieldCount;
    private string _problem = "";

    private enum Member { None, SpecVersion, Id, Source, Type, Subject, Time, Data, DataBase64, PartitionKey, CallKey, NotBillable }

    /// <summary>Decodes one event.</summary>
    /// <param name="payload">The event, structured JSON.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="ingestTime">When it came.</param>
    /// <param name="problem">What is wrong with it and where; empty when nothing is.</param>
    /// <returns>The record; null when it is malformed.</returns>
    public UsageRecord? Decode(ReadOnlySpan<byte> payload, TenantId tenant, Instant ingestTime, out string problem)
    {
        var record = UsageRecord.Blank();
        return TryDecode(payload, tenant, ingestTime, record, out problem) ? record : null;
    }

    /// <summary>Decodes one event into a record that is used again and again.</summary>
    /// <param name="payload">The event, structured JSON. Nothing of it is needed afterwards.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="ingestTime">When it came.</param>
    /// <param name="record">What it becomes; undefined when it is malformed.</param>
    /// <param name="problem">What is wrong with it and where; empty when nothing is.</param>
    /// <returns>False when it is malformed.</returns>
    public bool TryDecode(ReadOnlySpan<byte> payload, TenantId tenant, Instant ingestTime, UsageRecord record, out string problem)
    {
        _problem = "";
        if (payload.Length > Limits.PayloadBytesMax) _problem = $"the event has {payload.Length} bytes; at most {Limits.PayloadBytesMax} are taken";
        else if (!Utf8.IsValid(payload)) _problem = "the event is not UTF-8";
        else
        {
            (record.Tenant, record.IngestTime) = (tenant, ingestTime);
            _bytes = record.Room(payload.Length + PaddingBytes);
            payload.CopyTo(_bytes);
            _bytes.AsSpan(payload.Length, PaddingBytes).Clear();
            if (!TryPlain(payload.Length, record)) ReadAny(payload.Length, record);
        }

        problem = _problem;
        return _problem.Length == 0;
    }

    private void ReadAny(int length, UsageRecord record)
    {
        try
        {
            Read(length, record);
        }
        catch (JsonException wrong)
        {
            _problem = $"not JSON at byte {wrong.BytePositionInLine ?? 0} of line {(wrong.LineNumber ?? 0) + 1}";
        }
        catch (InvalidOperationException)
        {
            _problem = "a text holds an escape that is no character";
        }
    }

    private void Read(int length, UsageRecord record)
    {
        var reader = new Utf8JsonReader(_bytes.AsSpan(0, length), new JsonReaderOptions { MaxDepth = 64 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            Wrong("the event is not a JSON object");
            return;
        }

        _fieldCount = 0;
        _others.Clear();
        Utf8Text version = default, id = default, source = default, type = default, subject = default, partitionKey = default, callKey = default, notBillable = default;
        var time = record.IngestTime;
        var seen = 0;
        var nulls = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Name(ref reader);
            if (member == Member.None)
            {
                var name = reader.GetString()!;
                if (!_others.Add(name))
                {
                    Wrong($"member '{Shown(name)}' stands twice");
                    return;
                }

                reader.Read();
                reader.Skip();
                continue;
            }

            if (((seen | nulls) & (1 << (int)member)) != 0) Wrong($"member '{Shown(reader.GetString()!)}' stands twice");
            if (_problem.Length > 0) return;
            reader.Read();
            // CloudEvents: an attribute that is null is as if absent.
            if (reader.TokenType == JsonTokenType.Null)
            {
                nulls |= 1 << (int)member;
                continue;
            }

            seen |= 1 << (int)member;
            switch (member)
            {
                case Member.SpecVersion: version = Text(ref reader, "specversion"); break;
                case Member.Id: id = Text(ref reader, "id"); break;
                case Member.Source: source = Text(ref reader, "source"); break;
                case Member.Type: type = Text(ref reader, "type"); break;
                case Member.Subject: subject = Text(ref reader, "subject"); break;
                case Member.PartitionKey: partitionKey = Text(ref reader, "partitionkey"); break;
                case Member.CallKey: callKey = Text(ref reader, "callkey"); break;
                case Member.NotBillable: notBillable = Text(ref reader, "notbillable"); break;
                case Member.Time:
                    if (reader.TokenType != JsonTokenType.String) Wrong("'time' is not a string");
                    else if (!Rfc3339.TryParse(Bytes(ref reader), out time)) Wrong("'time' is not RFC 3339 with an offset in the years 2000 to 2199, such as 2026-03-01T08:30:00Z");
                    break;
                case Member.Data:
                    if (reader.TokenType != JsonTokenType.StartObject) Wrong("'data' is not an object");
                    else Data(ref reader, "", 1);
                    break;
                default:
                    Wrong("'data_base64' is not taken; send the data as a JSON object in 'data'");
                    break;
            }

            if (_problem.Length > 0) return;
        }

        if (reader.Read()) Wrong("there is more after the event");
        else if (!version.Is("1.0")) Wrong("'specversion' is not \"1.0\"");
        else if (id.Length == 0) Wrong("'id' is missing or empty");
        else if (source.Length == 0) Wrong("'source' is missing or empty");
        else if (type.Length == 0) Wrong("'type' is missing or empty");
        var reason = (seen & (1 << (int)Member.NotBillable)) == 0 ? VerdictReason.None : ReasonOf(notBillable);
        if (_problem.Length == 0 && reason == VerdictReason.Malformed) Wrong("'notbillable' is none of unanswered, internal, otherleg");
        if (_problem.Length == 0 && IsNameTwice(out var twice)) Wrong($"data field '{Shown(twice)}' stands twice");
        if (_problem.Length > 0) return;
        (record.Source, record.IdUtf8, record.Type, record.SubjectUtf8) = (_texts.Text(source.Span), id, _texts.Text(type.Span), subject);
        (record.EventTime, record.HasTime) = (time, (seen & (1 << (int)Member.Time)) != 0);
        (record.PartitionKeyUtf8, record.CallKeyUtf8, record.NotBillable) = (partitionKey, callKey, reason);
        record.Data = _fields.AsSpan(0, _fieldCount);
    }

    private bool IsNameTwice(out string name)
    {
        for (var i = 1; i < _fieldCount; i++)
            if (string.Equals(name = _fields[i].Name, _fields[i - 1].Name, StringComparison.Ordinal)) return true;
        name = "";
        return false;
    }

    // Malformed stands for a text that is no reason.
    private static VerdictReason ReasonOf(Utf8Text notBillable) =>
        notBillable.Is("unanswered") ? VerdictReason.Unanswered : notBillable.Is("internal") ? VerdictReason.Internal : notBillable.Is("otherleg") ? VerdictReason.OtherLeg : VerdictReason.Malformed;

    private static Member Name(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("specversion"u8)) return Member.SpecVersion;
        if (reader.ValueTextEquals("id"u8)) return Member.Id;
        if (reader.ValueTextEquals("source"u8)) return Member.Source;
        if (reader.ValueTextEquals("type"u8)) return Member.Type;
        if (reader.ValueTextEquals("subject"u8)) return Member.Subject;
        if (reader.ValueTextEquals("time"u8)) return Member.Time;
        if (reader.ValueTextEquals("data"u8)) return Member.Data;
        if (reader.ValueTextEquals("partitionkey"u8)) return Member.PartitionKey;
        if (reader.ValueTextEquals("callkey"u8)) return Member.CallKey;
        if (reader.ValueTextEquals("notbillable"u8)) return Member.NotBillable;
        return reader.ValueTextEquals("data_base64"u8) ? Member.DataBase64 : Member.None;
    }

    // The reader stands on the start of an object and is left on its end.
    private void Data(ref Utf8JsonReader reader, string prefix, int depth)
    {
        if (depth > Limits.DataDepthMax)
        {
            _problem = $"'data' is nested deeper than {Limits.DataDepthMax}";
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && _problem.Length == 0)
        {
            var name = _texts.Text(Text(ref reader, "a data field's name").Span);
            if (prefix.Length > 0) name = string.Concat(prefix, ".", name);
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject: Data(ref reader, name, depth + 1); break;
                case JsonTokenType.StartArray: reader.Skip(); break;
                case JsonTokenType.Null: break;
                case JsonTokenType.True: Add(new DataField(name, "true", false)); break;
                case JsonTokenType.False: Add(new DataField(name, "false", false)); break;
                case JsonTokenType.Number:
                    if (reader.ValueSpan.Length > Limits.TextBytesMax) _problem = $"data field '{Shown(name)}' is longer than {Limits.TextBytesMax} bytes";
                    else Add(new DataField(name, new Utf8Text(_bytes, (int)reader.TokenStartIndex, reader.ValueSpan.Length), true));
                    break;
                default: Add(new DataField(name, Text(ref reader, name), false)); break;
            }
        }
    }

    // Kept sorted by name, so that the same content has the same form. Fields mostly come in the same order: the place is near the end.
    private void Add(DataField field)
    {
        if (_fieldCount == Limits.DataFieldsMax)
        {
            _problem = $"'data' has more than {Limits.DataFieldsMax} fields";
            return;
        }

        var at = _fieldCount++;
        for (; at > 0 && string.CompareOrdinal(_fields[at - 1].Name, field.Name) > 0; at--) _fields[at] = _fields[at - 1];
        _fields[at] = field;
    }

    private Utf8Text Text(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            _problem = $"'{Shown(what)}' is not a string";
            return default;
        }

        var bytes = Bytes(ref reader);
        // A control character that is not escaped is no JSON.
        if (bytes.Length > Limits.TextBytesMax) _problem = $"'{Shown(what)}' is longer than {Limits.TextBytesMax} bytes";
        else if (reader.ValueIsEscaped && bytes.ContainsAny(Controls)) _problem = $"'{Shown(what)}' holds a control character";
        if (_problem.Length > 0) return default;
        return reader.ValueIsEscaped ? new Utf8Text(bytes.ToArray(), 0, bytes.Length) : new Utf8Text(_bytes, (int)reader.TokenStartIndex + 1, bytes.Length);
    }

    private ReadOnlySpan<byte> Bytes(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (_unescaped.Length < reader.ValueSpan.Length) _unescaped = new byte[reader.ValueSpan.Length];
        return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
    }

    private void Wrong(string problem) => _problem = problem;

    private static string Shown(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "...");
}
