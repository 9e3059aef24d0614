using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Rating.Audit.Rules;

/// <summary>A well-formed event, as far as rating looks at it. Absent texts are empty.</summary>
internal sealed class UsageEvent
{
    private const int PayloadBytesMax = 65_536;
    private const int TextBytesMax = 1_024;
    private const int FieldsMax = 64;
    private const int DepthMax = 8;
    private const long FirstTime = 946_684_800L * Clock.Second;   // 2000-01-01T00:00:00Z
    private const long EndTime = 7_258_118_400L * Clock.Second;   // 2200-01-01T00:00:00Z

    public string Id { get; private set; } = "";
    public string Source { get; private set; } = "";
    public string Type { get; private set; } = "";
    public string Subject { get; private set; } = "";
    public string PartitionKey { get; private set; } = "";
    public string CallKey { get; private set; } = "";
    public string NotBillable { get; private set; } = "";

    /// <summary>100 ns since the Unix epoch: its own time, else the ingest time.</summary>
    public long Time { get; private set; }
    public bool HasOwnTime { get; private set; }

    public Dictionary<string, (string Text, bool IsNumber)> Data { get; } = [];

    /// <summary>The key that chooses the partition.</summary>
    public string Key => PartitionKey.Length > 0 ? PartitionKey : Subject.Length > 0 ? Subject : Source + "\0" + Id;

    public string? Field(string name) => Data.TryGetValue(name, out var field) ? field.Text : null;

    /// <summary>Whether another record with this id says the same.</summary>
    public bool HasSameContent(UsageEvent other) =>
        Type == other.Type && Subject == other.Subject && HasOwnTime == other.HasOwnTime && (!HasOwnTime || Time == other.Time)
        && CallKey == other.CallKey && NotBillable == other.NotBillable && Data.Count == other.Data.Count
        && Data.All(field => other.Field(field.Key) == field.Value.Text);

    /// <summary>Reads an event, or null when it is not well-formed.</summary>
    public static UsageEvent? Read(ReadOnlyMemory<byte> payload, long ingestTimeMs)
    {
        if (payload.Length > PayloadBytesMax || !Utf8.IsValid(payload.Span)) return null;
        try
        {
            using var document = JsonDocument.Parse(payload);
            return Read(document.RootElement, ingestTimeMs);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null; // InvalidOperationException: an escaped half of a surrogate pair
        }
    }

    /// <summary>The source under which a malformed record is counted.</summary>
    public static string SourceOfMalformed(int kind, ReadOnlyMemory<byte> payload)
    {
        const string unknown = "unknown";
        if (kind == 1)
        {
            var end = payload.Span.IndexOf((byte)'\n');
            return end < 0 ? unknown : Encoding.UTF8.GetString(payload.Span[..end]);
        }
        if (!Utf8.IsValid(payload.Span)) return unknown;
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("source", out var source) && source.ValueKind == JsonValueKind.String
                ? source.GetString()! : unknown;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return unknown;
        }
    }

    private static UsageEvent? Read(JsonElement root, long ingestTimeMs)
    {
        if (root.ValueKind != JsonValueKind.Object) return null;
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in root.EnumerateObject())
            if (!members.TryAdd(member.Name, member.Value)) return null;
        foreach (var name in members.Keys.Where(name => members[name].ValueKind == JsonValueKind.Null).ToList()) members.Remove(name);
        if (members.ContainsKey("data_base64")) return null;

        string Optional(string name) => members.TryGetValue(name, out var value) ? Limited(value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException()) : "";
        string Required(string name) => Optional(name) is { Length: > 0 } text ? text : throw new FormatException();

        if (Required("specversion") != "1.0") return null;
        var read = new UsageEvent
        {
            Id = Required("id"), Source = Required("source"), Type = Required("type"),
            Subject = Optional("subject"), PartitionKey = Optional("partitionkey"), CallKey = Optional("callkey"), NotBillable = Optional("notbillable"),
            Time = ingestTimeMs * Clock.Millisecond,
        };
        if (members.ContainsKey("notbillable") && read.NotBillable is not ("unanswered" or "internal" or "otherleg")) return null;
        if (members.ContainsKey("time"))
        {
            if (!Rfc3339.TryRead(Optional("time"), out var time) || time is < FirstTime or >= EndTime) return null;
            read.Time = time;
            read.HasOwnTime = true;
        }
        if (members.TryGetValue("data", out var data))
        {
            if (data.ValueKind != JsonValueKind.Object) return null;
            read.Flatten(data, "", 1);
        }
        return read;
    }

    private void Flatten(JsonElement element, string prefix, int depth)
    {
        if (depth > DepthMax) throw new FormatException();
        var names = new HashSet<string>();
        foreach (var member in element.EnumerateObject())
        {
            if (!names.Add(member.Name)) throw new FormatException();
            var name = prefix + member.Name;
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Object: Flatten(member.Value, name + ".", depth + 1); break;
                case JsonValueKind.String: Add(name, member.Value.GetString()!, isNumber: false); break;
                case JsonValueKind.Number: Add(name, member.Value.GetRawText(), isNumber: true); break;
                case JsonValueKind.True: Add(name, "true", isNumber: false); break;
                case JsonValueKind.False: Add(name, "false", isNumber: false); break;
                default: break; // null and arrays
            }
        }
    }

    private void Add(string name, string text, bool isNumber)
    {
        if (Data.Count == FieldsMax || !Data.TryAdd(Limited(name), (Limited(text), isNumber))) throw new FormatException();
    }

    private static string Limited(string text) =>
        Encoding.UTF8.GetByteCount(text) <= TextBytesMax && !text.Any(c => c < ' ') ? text : throw new FormatException();
}
