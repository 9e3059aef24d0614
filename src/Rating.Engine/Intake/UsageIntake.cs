using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Log;

namespace Rating.Engine.Intake;

/// <summary>Takes usage in: checks each envelope, counts it, appends it to the log, and answers when all is durable.</summary>
public sealed class UsageIntake(IUsageLog log, IClock clock)
{
    private readonly ConcurrentBag<EventDecoder> _decoders = [];

    /// <summary>Takes a batch of events.</summary>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="events">Structured CloudEvents, one each.</param>
    /// <param name="cancellation">Gives up waiting; events may then be in the log or not.</param>
    /// <returns>A receipt, when everything is durable.</returns>
    /// <exception cref="Refused">The batch has too many events; nothing was taken.</exception>
    /// <exception cref="Unavailable">The log could not be written.</exception>
    public Task<Receipt> AcceptAsync(TenantId tenant, IReadOnlyList<ReadOnlyMemory<byte>> events, CancellationToken cancellation) =>
        AcceptAsync(tenant, events, [], "", cancellation);

    /// <summary>Takes a batch of events together with what a file's reader refused.</summary>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="events">Structured CloudEvents, one each.</param>
    /// <param name="refused">Rows that are no events: why, and their bytes.</param>
    /// <param name="source">Under which source the refused rows are counted.</param>
    /// <param name="cancellation">Gives up waiting; events may then be in the log or not.</param>
    public async Task<Receipt> AcceptAsync(TenantId tenant, IReadOnlyList<ReadOnlyMemory<byte>> events, IReadOnlyList<(string Reason, ReadOnlyMemory<byte> Raw)> refused, string source, CancellationToken cancellation)
    {
        if (events.Count + refused.Count > Limits.BatchRecordsMax)
            throw new Refused("batch.size", $"The batch has {events.Count + refused.Count} events; send at most {Limits.BatchRecordsMax} at once.");
        using var span = Telemetry.Intake(events.Count + refused.Count);
        var now = clock.GetCurrentInstant();
        var appends = new List<LogAppend>(events.Count + refused.Count);
        var malformed = new List<MalformedEvent>();
        if (!_decoders.TryTake(out var decoder)) decoder = new EventDecoder();
        // To the millisecond, as the log keeps it: the partition must decode to the same record.
        now = Instant.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        for (var i = 0; i < events.Count; i++)
        {
            if (decoder.Decode(events[i].Span, tenant, now, out var problem) is { } record)
            {
                appends.Add(new LogAppend(PartitionOf.Event(record, log.Partitions), tenant, record.Source, LogRecordKind.Event, now, events[i]));
                continue;
            }

            malformed.Add(new MalformedEvent(i, problem));
            appends.Add(Refusal(tenant, SourceOf(events[i].Span), problem, events[i].Span, now));
        }

        _decoders.Add(decoder);
        foreach (var (reason, raw) in refused) appends.Add(Refusal(tenant, Clean(source), reason, raw.Span, now));
        if (appends.Count == 0) return new Receipt(0, new Dictionary<int, long>(), malformed);
        var ends = await log.AppendAsync(appends, cancellation);
        Telemetry.Taken(appends.Count, malformed.Count + refused.Count);
        return new Receipt(appends.Count, ends, malformed);
    }

    /// <summary>The source under which a malformed event is counted: its own when it can be read, else <c>unknown</c>.</summary>
    public static string SourceOf(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return "unknown";
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isSource = reader.ValueTextEquals("source"u8);
                reader.Read();
                if (isSource) return reader.TokenType == JsonTokenType.String && Clean(reader.GetString()!) is { Length: > 0 } text ? text : "unknown";
                reader.Skip();
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // Not readable so far: it has no source that could be named.
        }

        return "unknown";
    }

    private LogAppend Refusal(TenantId tenant, string source, string reason, ReadOnlySpan<byte> raw, Instant now)
    {
        var head = Encoding.UTF8.GetBytes($"{source}\n{Clean(reason)}\n");
        var payload = new byte[head.Length + Math.Min(raw.Length, Limits.PayloadBytesMax)];
        head.CopyTo(payload, 0);
        raw[..(payload.Length - head.Length)].CopyTo(payload.AsSpan(head.Length));
        return new LogAppend(PartitionOf.Key(tenant, source, log.Partitions), tenant, source, LogRecordKind.Refused, now, payload);
    }

    private static string Clean(string text)
    {
        var clean = string.Concat(text.Where(c => !char.IsControl(c)));
        return clean.Length <= 200 ? clean : clean[..200];
    }
}
