using NodaTime;

namespace Rating.Domain.Usage;

/// <summary>One usage event, decoded and checked at the border. Nothing behind the decoder sees text that was not checked.</summary>
/// <remarks>A partition fills the same few objects again and again: who keeps something of a record beyond its turn keeps a copy.</remarks>
public sealed class UsageRecord
{
    private const int KeptBytesMax = 4096;
    private byte[] _bytes = [];
    private DataField[] _data = [];
    private int _fields;

    /// <summary>Whose usage it is.</summary>
    public required TenantId Tenant { get; set; }

    /// <summary>The system that reported it; with <see cref="Id"/> it identifies the record.</summary>
    public required string Source { get; set; }

    /// <summary>The row or event at its source. Never a call's id: one call may be several rows.</summary>
    public required string Id { get => IdUtf8.ToString(); set => IdUtf8 = new Utf8Text(value); }

    /// <summary>The event type, such as <c>call.completed</c>.</summary>
    public required string Type { get; set; }

    /// <summary>The number, device or licence that used something. Empty when the event named none.</summary>
    public required string Subject { get => SubjectUtf8.ToString(); set => SubjectUtf8 = new Utf8Text(value); }

    /// <summary>When the usage happened (a call: was answered). The arrival time when the event gave none.</summary>
    public required Instant EventTime { get; set; }

    /// <summary>Whether the event itself said when it happened.</summary>
    public required bool HasTime { get; set; }

    /// <summary>When the intake took it.</summary>
    public required Instant IngestTime { get; set; }

    /// <summary>Which call a row belongs to; empty when legs do not matter.</summary>
    public string CallKey { get => CallKeyUtf8.ToString(); set => CallKeyUtf8 = new Utf8Text(value); }

    /// <summary>Why the source says that it is not billable, or <see cref="VerdictReason.None"/>.</summary>
    public VerdictReason NotBillable { get; set; }

    /// <summary>The event's data, sorted by name (ordinal).</summary>
    public required ReadOnlySpan<DataField> Data
    {
        get => _data.AsSpan(0, _fields);
        set
        {
            if (_data.Length < value.Length) _data = new DataField[value.Length];
            value.CopyTo(_data);
            _fields = value.Length;
        }
    }

    /// <summary><see cref="Id"/> as bytes.</summary>
    public Utf8Text IdUtf8 { get; set; }

    /// <summary><see cref="Subject"/> as bytes.</summary>
    public Utf8Text SubjectUtf8 { get; set; }

    /// <summary><see cref="CallKey"/> as bytes.</summary>
    public Utf8Text CallKeyUtf8 { get; set; }

    /// <summary>What decides its partition of the log instead of the subject; empty when the subject does.</summary>
    public Utf8Text PartitionKeyUtf8 { get; set; }

    /// <summary>A record that says nothing yet, to be filled.</summary>
    public static UsageRecord Blank() => new() { Tenant = default, Source = "", Id = "", Type = "", Subject = "", EventTime = default, HasTime = false, IngestTime = default, Data = [] };

    /// <summary>Bytes of its own for its texts, those of what it held before. Few are kept for the next filling, so that one large event costs its own memory only.</summary>
    public byte[] Room(int sizeBytes)
    {
        if (sizeBytes > KeptBytesMax) return new byte[sizeBytes];
        if (_bytes.Length < sizeBytes) _bytes = new byte[Math.Max(512, sizeBytes)];
        return _bytes;
    }

    /// <summary>A field of the data by name.</summary>
    /// <returns>False when the event has no such field.</returns>
    public bool TryGet(string name, out DataField field)
    {
        foreach (ref readonly var candidate in Data)
        {
            if (!string.Equals(candidate.Name, name, StringComparison.Ordinal)) continue;
            field = candidate;
            return true;
        }

        field = default;
        return false;
    }
}
