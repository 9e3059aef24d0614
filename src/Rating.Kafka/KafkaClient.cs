using System.Diagnostics;
using Rating.Domain;
using Rating.Engine;

namespace Rating.Kafka;

/// <summary>A consumer handle of librdkafka: asks for offsets, and is what cursors read from.</summary>
internal sealed class KafkaClient : IDisposable
{
    private const int ProblemBytes = 512;
    private const int RetryMs = 50;
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(3);
    private const long OffsetEnd = -1;
    private const long OffsetBeginning = -2;
    private readonly string _topic;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _errors;
    private nint _handle;

    public unsafe KafkaClient(KafkaLogSettings settings, string role)
    {
        _topic = settings.Topic;
        var conf = Native.ConfNew();
        try
        {
            foreach (var (name, value) in PropertiesOf(settings, role)) Set(conf, name, value);
        }
        catch
        {
            Native.ConfDestroy(conf);
            throw;
        }

        Native.ConfSetLog(conf, 0);
        var problem = stackalloc byte[ProblemBytes];
        _handle = Native.New(Native.Consumer, conf, problem, ProblemBytes);
        if (_handle == 0)
        {
            Native.ConfDestroy(conf);
            throw new Refused("kafka.properties", $"The Kafka settings cannot be used: {Native.Text(problem)}");
        }

        _ = Native.PollSetConsumer(_handle);
        _errors = DrainErrorsAsync(_stop.Token);
    }

    /// <summary>The last error that concerned no partition, for messages.</summary>
    public string LastProblem { get; private set; } = "";

    public nint Handle => _handle;

    /// <summary>Asks the leader of a partition for the first offset that is kept. Blocks.</summary>
    /// <exception cref="Unavailable">No answer.</exception>
    public long Start(int partition, int timeoutMs) => Offset(partition, OffsetBeginning, timeoutMs);

    /// <summary>Asks the leader of a partition for the offset after the last one that is readable. Blocks.</summary>
    /// <exception cref="Unavailable">No answer.</exception>
    public long End(int partition, int timeoutMs) => Offset(partition, OffsetEnd, timeoutMs);

    /// <summary>The end that the last answer to a fetch told; 0 when there was none. Asks nobody.</summary>
    public unsafe long EndSeen(int partition)
    {
        long start, end;
        return Native.WatermarksSeen(_handle, _topic, partition, &start, &end) == 0 ? Math.Max(end, 0) : 0;
    }

    public void Dispose()
    {
        if (_handle == 0) return;
        _stop.Cancel();
        _errors.GetAwaiter().GetResult();
        _stop.Dispose();
        // A commit to the group that no coordinator answers would hold the end of the process up for a minute: then the handle is left to it.
        var (handle, ended) = (_handle, new ManualResetEventSlim());
        _handle = 0;
        new Thread(() =>
        {
            Native.Destroy(handle, Native.DestroyWithoutClose);
            ended.Set();
        }) { IsBackground = true, Name = "kafka client ends" }.Start();
        ended.Wait(EndTime);
    }

    // One question at a time: rd_kafka_query_watermark_offsets asks for both, and takes one answer for the other when the leader changes in between.
    private unsafe long Offset(int partition, long which, int timeoutMs)
    {
        for (var from = Stopwatch.GetTimestamp(); ;)
        {
            var list = Native.ListNew(1);
            var place = Native.ListAdd(list, _topic, partition);
            place->Offset = which;
            var left = timeoutMs - (int)Stopwatch.GetElapsedTime(from).TotalMilliseconds;
            var error = Native.OffsetsForTimes(_handle, list, Math.Max(left, 1));
            if (error == 0) error = place->Error;
            var offset = place->Offset;
            Native.ListDestroy(list);
            if (error == 0 && offset >= 0) return offset;
            if (left <= RetryMs)
                throw new Unavailable($"Kafka did not say where partition {partition} of {_topic} {(which == OffsetEnd ? "ends" : "starts")}: {Native.TextOf(error)}{(LastProblem.Length > 0 ? $" (last error: {LastProblem})" : "")}");
            Thread.Sleep(RetryMs);
            AskForLeaders(RetryMs);
        }
    }

    // A partition that had no leader when it was first asked for is otherwise remembered as unknown for minutes.
    private unsafe void AskForLeaders(int timeoutMs)
    {
        nint metadata = 0;
        if (Native.Metadata(_handle, 1, 0, &metadata, timeoutMs) == 0) Native.MetadataDestroy(metadata);
    }

    private static Dictionary<string, string> PropertiesOf(KafkaLogSettings settings, string role)
    {
        var properties = new Dictionary<string, string>
        {
            ["client.id"] = $"rating-{role}",
            // Asked for again at once when a partition's queue has room; the default of 1 s would be most of the time.
            ["fetch.queue.backoff.ms"] = "5",
            ["fetch.wait.max.ms"] = "100",
            ["fetch.error.backoff.ms"] = "100",
            ["reconnect.backoff.max.ms"] = "2000",
            ["check.crcs"] = "true",
        };
        foreach (var (name, value) in settings.Properties)
            if (!name.StartsWith("dotnet.", StringComparison.Ordinal)) properties[name] = value;
        properties["group.id"] = settings.Group;
        properties["isolation.level"] = "read_committed";
        properties["auto.offset.reset"] = "error";
        properties["enable.partition.eof"] = "true";
        properties["enable.auto.offset.store"] = "false";
        properties["enable.auto.commit"] = role == "reader" ? "true" : "false";
        properties["allow.auto.create.topics"] = "false";
        properties["queued.max.messages.kbytes"] = $"{settings.FetchAheadKiBMax}";
        return properties;
    }

    private static unsafe void Set(nint conf, string name, string value)
    {
        var problem = stackalloc byte[ProblemBytes];
        if (Native.ConfSet(conf, name, value, problem, ProblemBytes) != 0)
            throw new Refused("kafka.properties", $"The Kafka setting {name} cannot be used: {Native.Text(problem)}");
    }

    // Errors of brokers and of the group come to the client's own queue; the records come to queues of their own.
    private async Task DrainErrorsAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) Drain();
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private unsafe void Drain()
    {
        for (Native.Message* message; (message = Native.ConsumerPoll(_handle, 0)) != null;)
        {
            if (message->Error != 0) LastProblem = Native.TextOf(message->Error);
            Native.MessageDestroy(message);
        }
    }
}
