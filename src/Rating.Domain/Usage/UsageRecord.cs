using NodaTime;

namespace Rating.Domain.Usage;

/// <summary>One usage event, decoded and checked at the border. Nothing behind the decoder sees text that was not checked.</summary>
public sealed class UsageRecord
{
    /// <summary>Whose usage it is.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>The system that reported it; with <see cref="Id"/> it identifies the record.</summary>
    public required string Source { get; init; }

    /// <summary>The row or event at its source. Never a call's id: one call may be several rows.</summary>
    public required string Id { get; init; }

    /// <summary>The event type, such as <c>call.completed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The number, device or licence that used something. Empty when the event named none.</summary>
    public required string Subject { get; init; }

    /// <summary>When the usage happened (a call: was answered). The arrival time when the event gave none.</summary>
    public required Instant EventTime { get; init; }

    /// <summary>Whether the event itself said when it happened.</summary>
    public required bool HasTime { get; init; }

    /// <summary>When the intake took it.</summary>
    public required Instant IngestTime { get; init; }

    /// <summary>What decides its partition of the log instead of the subject; empty when the subject does.</summary>
    public string PartitionKey { get; init; } = "";

    /// <summary>Which call a row belongs to; empty when legs do not matter.</summary>
    public string CallKey { get; init; } = "";

    /// <summary>Why the source says that it is not billable, or <see cref="VerdictReason.None"/>.</summary>
    public VerdictReason NotBillable { get; init; }

    /// <summary>The event's data, sorted by name (ordinal).</summary>
    public required DataField[] Data { get; init; }

    /// <summary>A field of the data by name.</summary>
    /// <returns>False when the event has no such field.</returns>
    public bool TryGet(string name, out DataField field)
    {
        foreach (var candidate in Data)
        {
            if (!string.Equals(candidate.Name, name, StringComparison.Ordinal)) continue;
            field = candidate;
            return true;
        }

        field = default;
        return false;
    }
}
