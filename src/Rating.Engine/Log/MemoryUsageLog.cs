using System.Collections.Concurrent;
using Rating.Domain;

namespace Rating.Engine.Log;

/// <summary>A usage log in memory, for simulation and tests: durable as long as the object lives.</summary>
public sealed class MemoryUsageLog : IUsageLog
{
    private readonly Partition[] _partitions;
    private readonly ConcurrentDictionary<(TenantId Tenant, string Source, long Hour), long> _received = new();

    /// <summary>Makes an empty log.</summary>
    public MemoryUsageLog(int partitions) => _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new Partition())];

    /// <inheritdoc/>
    public int Partitions => _partitions.Length;

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var ends = new Dictionary<int, long>();
        foreach (var group in records.GroupBy(record => record.Partition))
        {
            var partition = _partitions[group.Key];
            lock (partition)
            {
                foreach (var record in group)
                {
                    partition.Records.Add(new LogRecord(partition.Records.Count, record.Tenant, record.Kind, record.IngestTime.ToUnixTimeMilliseconds(), record.Payload.ToArray()));
                    _received.AddOrUpdate((record.Tenant, record.Source, record.IngestTime.ToUnixTimeMilliseconds() / 3_600_000), 1, (_, count) => count + 1);
                }

                ends[group.Key] = partition.Records.Count;
                partition.Grown.TrySetResult();
                partition.Grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<int, long>>(ends);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int partition, long position, int recordsMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var records = _partitions[partition].Records;
        lock (_partitions[partition])
        {
            if (position < 0 || position > records.Count) throw new LogRangeMissingException(partition, position, 0, records.Count);
            return new(records.GetRange((int)position, (int)Math.Min(recordsMax, records.Count - position)));
        }
    }

    /// <inheritdoc/>
    public Task WaitAsync(int partition, long position, CancellationToken cancellation)
    {
        lock (_partitions[partition])
            return _partitions[partition].Records.Count > position ? Task.CompletedTask : _partitions[partition].Grown.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<long> EndAsync(int partition, CancellationToken cancellation)
    {
        lock (_partitions[partition]) return new(_partitions[partition].Records.Count);
    }

    /// <inheritdoc/>
    public long EndSeen(int partition)
    {
        lock (_partitions[partition]) return _partitions[partition].Records.Count;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReceivedCount>> ReceivedAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ReceivedCount>>([.. _received.Select(pair => new ReceivedCount(pair.Key.Tenant, pair.Key.Source, pair.Key.Hour, pair.Value))]);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Partition
    {
        public List<LogRecord> Records { get; } = [];

        public TaskCompletionSource Grown { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
