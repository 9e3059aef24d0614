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
public sealed class EventDecoder
{
    private static readonly SearchValues<byte> Controls = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i)]);
    private readonly Utf8Interner _texts = new();
    private readonly List<DataField> _fields = [];
    private readonly HashSet<string> _others = new(StringComparer.Ordinal);
    private byte[] _unescaped = new byte[Limits.TextBytesMax * 4];
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
        _problem = "";
        UsageRecord? record = null;
        if (payload.Length > Limits.PayloadBytesMax) _problem = $"the event has {payload.Length} bytes; at most {Limits.PayloadBytesMax} are taken";
        else if (!Utf8.IsValid(payload)) _problem = "the event is not UTF-8";
        else
            try
            {
                record = Read(payload, tenant, ingestTime);
            }
            catch (JsonException wrong)
            {
                _problem = $"not JSON at byte {wrong.BytePositionInLine ?? 0} of line {(wrong.LineNumber ?? 0) + 1}";
            }
            catch (InvalidOperationException)
            {
                _problem = "a text holds an escape that is no character";
            }

        problem = _problem;
        return _problem.Length == 0 ? record : null;
    }

    private UsageRecord? Read(ReadOnlySpan<byte> payload, TenantId tenant, Instant ingestTime)
    {
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 64 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return Wrong("the event is not a JSON object");
        _fields.Clear();
        _others.Clear();
        string version = "", id = "", source = "", type = "", subject = "", partitionKey = "", callKey = "", notBillable = "";
        var time = ingestTime;
        var seen = 0;
        var nulls = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Name(ref reader);
            if (member == Member.None)
            {
                var name = reader.GetString()!;
                if (!_others.Add(name)) return Wrong($"member '{Shown(name)}' stands twice");
                reader.Read();
                reader.Skip();
                continue;
            }

            if (((seen | nulls) & (1 << (int)member)) != 0) return Wrong($"member '{Shown(reader.GetString()!)}' stands twice");
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
                case Member.Id: id = Text(ref reader, "id", intern: false); break;
                case Member.Source: source = Text(ref reader, "source"); break;
                case Member.Type: type = Text(ref reader, "type"); break;
                case Member.Subject: subject = Text(ref reader, "subject"); break;
                case Member.PartitionKey: partitionKey = Text(ref reader, "partitionkey", intern: false); break;
                case Member.CallKey: callKey = Text(ref reader, "callkey", intern: false); break;
                case Member.NotBillable: notBillable = Text(ref reader, "notbillable"); break;
                case Member.Time:
                    if (reader.TokenType != JsonTokenType.String) return Wrong("'time' is not a string");
                    if (!Rfc3339.TryParse(Bytes(ref reader), out time)) return Wrong("'time' is not RFC 3339 with an offset in the years 2000 to 2199, such as 2026-03-01T08:30:00Z");
                    break;
                case Member.Data:
                    if (reader.TokenType != JsonTokenType.StartObject) return Wrong("'data' is not an object");
                    Data(ref reader, "", 1);
                    break;
                default:
                    return Wrong("'data_base64' is not taken; send the data as a JSON object in 'data'");
            }

            if (_problem.Length > 0) return null;
        }

        if (reader.Read()) return Wrong("there is more after the event");
        if (!string.Equals(version, "1.0", StringComparison.Ordinal)) return Wrong("'specversion' is not \"1.0\"");
        if (id.Length == 0) return Wrong("'id' is missing or empty");
        if (source.Length == 0) return Wrong("'source' is missing or empty");
        if (type.Length == 0) return Wrong("'type' is missing or empty");
        var reason = notBillable switch
        {
            "" when (seen & (1 << (int)Member.NotBillable)) == 0 => VerdictReason.None,
            "unanswered" => VerdictReason.Unanswered,
            "internal" => VerdictReason.Internal,
            "otherleg" => VerdictReason.OtherLeg,
            _ => VerdictReason.Malformed,
        };
        if (reason == VerdictReason.Malformed) return Wrong("'notbillable' is none of unanswered, internal, otherleg");
        var data = _fields.ToArray();
        for (var i = 1; i < data.Length; i++)
            if (string.Equals(data[i].Name, data[i - 1].Name, StringComparison.Ordinal)) return Wrong($"data field '{Shown(data[i].Name)}' stands twice");
        return new UsageRecord
        {
            Tenant = tenant, Source = source, Id = id, Type = type, Subject = subject, EventTime = time, HasTime = (seen & (1 << (int)Member.Time)) != 0, IngestTime = ingestTime,
            PartitionKey = partitionKey, CallKey = callKey, NotBillable = reason, Data = data,
        };
    }

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
            var name = Text(ref reader, "a data field's name");
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
                    else Add(new DataField(name, _texts.Text(reader.ValueSpan), true));
                    break;
                default: Add(new DataField(name, Text(ref reader, name), false)); break;
            }
        }
    }

    // Kept sorted by name, so that the same content has the same form. Fields mostly come in the same order: the place is near the end.
    private void Add(DataField field)
    {
        if (_fields.Count == Limits.DataFieldsMax)
        {
            _problem = $"'data' has more than {Limits.DataFieldsMax} fields";
            return;
        }

        var at = _fields.Count;
        while (at > 0 && string.CompareOrdinal(_fields[at - 1].Name, field.Name) > 0) at--;
        _fields.Insert(at, field);
    }

    private string Text(ref Utf8JsonReader reader, string what, bool intern = true)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            _problem = $"'{Shown(what)}' is not a string";
            return "";
        }

        var bytes = Bytes(ref reader);
        // A control character that is not escaped is no JSON.
        if (bytes.Length > Limits.TextBytesMax) _problem = $"'{Shown(what)}' is longer than {Limits.TextBytesMax} bytes";
        else if (reader.ValueIsEscaped && bytes.ContainsAny(Controls)) _problem = $"'{Shown(what)}' holds a control character";
        if (_problem.Length > 0) return "";
        return intern ? _texts.Text(bytes) : Encoding.UTF8.GetString(bytes);
    }

    private ReadOnlySpan<byte> Bytes(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (_unescaped.Length < reader.ValueSpan.Length) _unescaped = new byte[reader.ValueSpan.Length];
        return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
    }

    private UsageRecord? Wrong(string problem)
    {
        _problem = problem;
        return null;
    }

    private static string Shown(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "...");
}
