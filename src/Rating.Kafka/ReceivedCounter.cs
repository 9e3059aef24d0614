using System.Collections.Concurrent;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Intake;
using Rating.Engine.Log;

namespace Rating.Kafka;

/// <summary>Counts what the topic received by reading it a second time, apart from the partitions: end minus start offsets, told apart by tenant, source and hour.</summary>
/// <remarks>The source is the event's own, as the partition names it, whatever its writer says beside it. Only what came since the last time is read.</remarks>
internal sealed class ReceivedCounter(KafkaLogSettings settings) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<(TenantId Tenant, string Source, long Hour), long> _counts = [];
    private readonly long[] _counted = [.. Enumerable.Repeat(-1L, settings.Partitions)];
    private readonly EventDecoder _decoder = new();

    /// <summary>Counts up to these ends.</summary>
    public async Task<IReadOnlyList<ReceivedCount>> CountAsync((long Low, long High)[] bounds, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var open = Enumerable.Range(0, bounds.Length).Where(partition => Math.Max(_counted[partition], bounds[partition].Low) < bounds[partition].High).ToList();
            if (open.Count > 0) await Task.Run(() => ReadAsync(open, bounds, cancellation), cancellation);
            return [.. _counts.Select(pair => new ReceivedCount(pair.Key.Tenant, pair.Key.Source, pair.Key.Hour, pair.Value))];
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task ReadAsync(List<int> partitions, (long Low, long High)[] bounds, CancellationToken cancellation)
    {
        using var client = new KafkaClient(settings, "counter");
        foreach (var partition in partitions)
        {
            using var cursor = new PartitionCursor(client, settings.Topic, partition, settings.DefaultTenant);
            var position = Math.Max(_counted[partition], bounds[partition].Low);
            cursor.Seek(position);
            while (position < bounds[partition].High)
            {
                var arrival = cursor.Arrival;
                cursor.Fill();
                if (cursor.IsOutOfRange) throw new LogRangeMissingException(partition, position, bounds[partition].Low, bounds[partition].High);
                if (!cursor.TryTake(position, int.MaxValue, out var records))
                {
                    await WaitAsync(arrival, cancellation);
                    continue;
                }

                for (var i = 0; i < records.Count; i++)
                {
                    if (records[i].Position >= bounds[partition].High) break;
                    Count(records[i]);
                }

                position = Math.Min(records[^1].Position + 1, bounds[partition].High);
                _counted[partition] = position;
            }
        }
    }

    private async Task WaitAsync(Task arrival, CancellationToken cancellation)
    {
        try
        {
            await arrival.WaitAsync(settings.ReadTimeout.ToTimeSpan(), cancellation);
        }
        catch (TimeoutException)
        {
            throw new Unavailable($"Kafka gave no records of {settings.Topic} for {settings.ReadTimeout.TotalSeconds:0} s while they were counted.");
        }
    }

    private void Count(in LogRecord record)
    {
        if (record.Kind == LogRecordKind.Gap) return;
        var key = (record.Tenant, SourceOf(record), record.IngestTimeMs / 3_600_000);
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _)++;
    }

    // As the partition names it: see UsagePartition.
    private string SourceOf(in LogRecord record)
    {
        if (record.Kind == LogRecordKind.Refused) return System.Text.Encoding.UTF8.GetString(record.Payload.Span[..record.Payload.Span.IndexOf((byte)'\n')]);
        return _decoder.Decode(record.Payload.Span, record.Tenant, record.IngestTime, out _)?.Source ?? UsageIntake.SourceOf(record.Payload.Span);
    }
}
