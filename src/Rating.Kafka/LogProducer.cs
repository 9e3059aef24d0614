using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;

namespace Rating.Kafka;

/// <summary>Writes records to the usage topic, each exactly once as far as Kafka's idempotent producer can tell, and acknowledged by all replicas in sync.</summary>
internal sealed class LogProducer : IDisposable
{
    private static readonly TimeSpan FullWait = TimeSpan.FromMilliseconds(5);
    private readonly KafkaLogSettings _settings;
    private readonly RenewedProducer<Null> _producer;

    public LogProducer(KafkaLogSettings settings)
    {
        _settings = settings;
        _producer = new RenewedProducer<Null>(onFatal => KafkaProducers.Make<Null>(settings, "writer", settings.AppendTimeout, "status", onFatal));
        // Settings that cannot be used are refused at once.
        _producer.Current();
    }

    /// <summary>Appends records.</summary>
    /// <returns>When all are acknowledged: per partition the offset after its last; -1 where the broker did not tell.</returns>
    /// <exception cref="Unavailable">Some were not acknowledged.</exception>
    public async Task<Dictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var generation = _producer.Current();
        var append = new Append(records.Count, generation);
        var deadline = Stopwatch.GetTimestamp() + (long)(_settings.AppendTimeout.TotalSeconds * Stopwatch.Frequency);
        (TenantId Tenant, string Source, LogRecordKind Kind) known = default;
        Headers? headers = null;
        var trace = Telemetry.TraceToCarry;
        HashSet<int>? traced = trace is null ? null : [];
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            if (headers is null || known != (record.Tenant, record.Source, record.Kind)) (known, headers) = ((record.Tenant, record.Source, record.Kind), HeadersOf(record));
            var message = new Message<Null, byte[]> { Value = BytesOf(record.Payload), Headers = traced?.Add(record.Partition) ?? false ? HeadersOf(record, trace) : headers, Timestamp = new Timestamp(record.IngestTime.ToUnixTimeMilliseconds(), TimestampType.CreateTime) };
            while (!TryProduce(generation.Producer, new TopicPartition(_settings.Topic, record.Partition), message, append))
            {
                // What was handed over so far goes on by itself.
                if (Stopwatch.GetTimestamp() > deadline) throw new Unavailable($"Kafka takes usage more slowly than it comes: the producer's queue stayed full for {_settings.AppendTimeout.TotalSeconds:0} s.");
                await Task.Delay(FullWait, cancellation);
            }
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, generation.Ended);
        try
        {
            return await append.Done.Task.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new Unavailable("Kafka did not acknowledge usage before its producer was closed; it may be in the log or not.");
        }
    }

    public void Dispose() => _producer.Dispose();

    private static bool TryProduce(IProducer<Null, byte[]> producer, TopicPartition partition, Message<Null, byte[]> message, Append append)
    {
        try
        {
            producer.Produce(partition, message, append.OnDelivered);
            return true;
        }
        catch (ProduceException<Null, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (KafkaException e)
        {
            append.Break(e.Error);
            throw new Unavailable($"Kafka did not take usage: {e.Error.Reason}", e);
        }
        catch (ObjectDisposedException e)
        {
            throw new Unavailable("Kafka did not take usage before its producer was closed.", e);
        }
    }

    // librdkafka copies what it is given, so an array that is all payload needs no copy of ours.
    private static byte[] BytesOf(ReadOnlyMemory<byte> payload) =>
        MemoryMarshal.TryGetArray(payload, out var part) && part.Offset == 0 && part.Count == part.Array!.Length ? part.Array : payload.ToArray();

    private static Headers HeadersOf(in LogAppend record, string? trace) =>
        trace is null ? HeadersOf(record) : [.. HeadersOf(record), new Header(KafkaHeaders.Trace, Encoding.ASCII.GetBytes(trace))];

    private static Headers HeadersOf(in LogAppend record) => new()
    {
        { KafkaHeaders.ContentType, record.Kind == LogRecordKind.Refused ? "application/vnd.rating.refused"u8.ToArray() : "application/cloudevents+json"u8.ToArray() },
        { KafkaHeaders.Tenant, Encoding.UTF8.GetBytes(record.Tenant.Value) },
    };

    private sealed class Append
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<int, long> _ends = [];
        private readonly RenewedProducer<Null>.Generation _generation;
        private int _open;

        public Append(int records, RenewedProducer<Null>.Generation generation)
        {
            (_open, _generation) = (records, generation);
            OnDelivered = Delivered;
        }

        public TaskCompletionSource<Dictionary<int, long>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Action<DeliveryReport<Null, byte[]>> OnDelivered { get; }

        public void Break(Error error)
        {
            if (error.IsFatal) _generation.Break();
            Done.TrySetException(new Unavailable($"Kafka did not acknowledge usage: {error.Reason}"));
            _ = Done.Task.Exception; // seen: its caller may have left
        }

        private void Delivered(DeliveryReport<Null, byte[]> report)
        {
            if (report.Error.IsError)
            {
                Break(report.Error);
                return;
            }

            lock (_gate)
            {
                // A record that was sent twice and stored once is acknowledged without its offset.
                var (partition, offset) = (report.Partition.Value, report.Offset.Value);
                _ends[partition] = offset < 0 || (_ends.TryGetValue(partition, out var end) && end < 0) ? -1 : offset + 1;
                if (--_open > 0) return;
            }

            Done.TrySetResult(_ends);
        }
    }
}
