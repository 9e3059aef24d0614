using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Rating.Engine.Store;

namespace Rating.Engine;

/// <summary>What the engine tells about its work to whoever listens: metrics per checkpoint, spans per request, batch and checkpoint, never per record. It decides nothing.</summary>
/// <remarks>
/// A request and the batch that rates its records are different traces: a batch has the records of many. The batch has links to the requests whose records it covers, as far as these are traced:
/// a log notes the trace of a record at its position (<see cref="Note"/>), however it carries it, and the checkpoint that covers the position takes the note.
/// </remarks>
public static class Telemetry
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "Rating";

    /// <summary>Where W3C trace context travels with a record: the name of its header.</summary>
    public const string TraceHeader = "traceparent";

    /// <summary>How many traces a partition remembers until its next checkpoint; of more, the first are kept.</summary>
    private const int NotesMax = 64;

    private static readonly Meter Meter = new(Name);
    private static readonly ActivitySource Source = new(Name);
    private static readonly ConcurrentDictionary<int, ConcurrentQueue<(long Position, ActivityContext Trace)>> Notes = [];
    private static readonly Counter<long> Events = Meter.CreateCounter<long>("rating.intake.events", "{event}", "Events that the intake took, by outcome.");
    private static readonly Counter<long> Records = Meter.CreateCounter<long>("rating.records", "{record}", "Verdicts, counted when they are stored; a later decision takes the verdict before it away.");
    private static readonly Counter<long> CheckpointBytes = Meter.CreateCounter<long>("rating.checkpoint.size", "By", "What checkpoints stored.");
    private static readonly Counter<long> Asked = Meter.CreateCounter<long>("rating.balance.asks", "{ask}", "Partitions in other processes that were asked for a running charge.");
    private static readonly Histogram<double> CheckpointDuration = Meter.CreateHistogram(
        "rating.checkpoint.duration", "s", "How long a checkpoint took in the store.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    /// <summary>The span of a request's events through the intake; null when nobody traces.</summary>
    public static Activity? Intake(int events) => Source.StartActivity("intake")?.SetTag("rating.events", events);

    /// <summary>A partition in another process is asked for a running charge.</summary>
    public static void AskedElsewhere() => Asked.Add(1);

    /// <summary>The intake is done with some events.</summary>
    public static void Taken(int events, int malformed)
    {
        if (events > malformed) Events.Add(events - malformed, new KeyValuePair<string, object?>("rating.outcome", "accepted"));
        if (malformed > 0) Events.Add(malformed, new KeyValuePair<string, object?>("rating.outcome", "malformed"));
    }

    /// <summary>The trace that goes with what is appended now, as it travels in <see cref="TraceHeader"/>; null when it is not traced.</summary>
    public static string? TraceToCarry => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Notes that a record at a position belongs to a trace.</summary>
    public static void Note(int partition, long position, string? traceParent)
    {
        if (traceParent is null || !Source.HasListeners() || !ActivityContext.TryParse(traceParent, null, isRemote: true, out var trace)) return;
        var notes = Notes.GetOrAdd(partition, _ => []);
        if (notes.Count < NotesMax) notes.Enqueue((position, trace));
    }

    /// <summary>When a batch begins; null when nobody traces.</summary>
    internal static DateTimeOffset? Begin(TimeProvider time) => Source.HasListeners() ? time.GetUtcNow() : null;

    /// <summary>Commits a checkpoint, and tells how that went.</summary>
    internal static async Task CommitAsync(IRatingStore store, Checkpoint checkpoint, DateTimeOffset? begun, TimeProvider time)
    {
        using var batch = begun is { } since
            ? Source.StartActivity(ActivityKind.Consumer, default, [new("rating.partition", checkpoint.Partition), new("rating.position.first", checkpoint.FirstPosition), new("rating.position.next", checkpoint.NextPosition)], Take(checkpoint), since, "rate")
            : null;
        using var span = Source.StartActivity("checkpoint")?.SetTag("rating.partition", checkpoint.Partition).SetTag("rating.checkpoint", checkpoint.Number);
        var from = time.GetTimestamp();
        try
        {
            await store.CommitAsync(checkpoint, CancellationToken.None);
        }
        catch (Exception failed)
        {
            foreach (var one in new[] { span, batch }) one?.SetStatus(ActivityStatusCode.Error, failed.Message);
            CheckpointDuration.Record(time.GetElapsedTime(from).TotalSeconds, new KeyValuePair<string, object?>("error.type", failed.GetType().Name));
            throw;
        }

        CheckpointDuration.Record(time.GetElapsedTime(from).TotalSeconds);
        CheckpointBytes.Add((checkpoint.State?.Bytes.Length ?? 0) + (checkpoint.Ledger?.Bytes.Length ?? 0) + (checkpoint.Ids?.Bytes.Length ?? 0));
        if (!Records.Enabled) return;
        foreach (var count in checkpoint.Verdicts)
            Records.Add(count.Count, new("rating.verdict", NameOf(count.Verdict)), new("rating.reason", NameOf(count.Reason)));
    }

    private static List<ActivityLink> Take(Checkpoint checkpoint)
    {
        var links = new List<ActivityLink>();
        if (!Notes.TryGetValue(checkpoint.Partition, out var notes)) return links;
        // Of positions before it: somebody else read them again.
        while (notes.TryPeek(out var note) && note.Position < checkpoint.NextPosition && notes.TryDequeue(out note))
            if (note.Position >= checkpoint.FirstPosition && links.TrueForAll(link => link.Context != note.Trace)) links.Add(new ActivityLink(note.Trace));
        return links;
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => Names<T>.Of.GetValueOrDefault(value, "");

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Of = Enum.GetValues<T>().ToDictionary(value => value, value => $"{char.ToLowerInvariant(value.ToString()[0])}{value.ToString()[1..]}");
    }
}
