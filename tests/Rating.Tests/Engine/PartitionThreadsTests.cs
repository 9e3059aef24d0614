using NodaTime;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Where partitions work: requests, and messages between silos, wait for the thread pool, which must not be full of batches.</summary>
public sealed class PartitionThreadsTests
{
    private const int Batches = 8, BatchRecords = 1024;

    [Fact]
    public async Task Partitions_leave_the_thread_pool_alone_and_take_turns_on_their_own_threads()
    {
        var settings = new RatingSettings { Partitions = Environment.ProcessorCount + 1 };
        await using var log = new WatchedLog(settings.Partitions);
        await using var store = new MemoryRatingStore(settings.Partitions);
        // As many records in each, and nobody knows their sender: the cheapest verdict.
        for (var partition = 0; partition < settings.Partitions; partition++)
            await log.AppendAsync([.. Enumerable.Range(0, Batches * BatchRecords).Select(_ => new LogAppend(partition, EngineWorld.Tenant, "test", LogRecordKind.Event, Instant.FromUtc(2026, 3, 1, 0, 0), "no event"u8.ToArray()))], default);
        await using var engine = await RatingEngine.StartAsync(log, store, settings, new SettableClock(Instant.FromUtc(2026, 3, 1, 0, 0)), TimeProvider.System, default);
        log.Go.SetResult();
        await engine.CaughtUpAsync(default);
        var reads = log.Reads;
        Assert.DoesNotContain(reads, read => read.IsPool);
        // None has read all of its own before each has had a turn.
        var begun = Enumerable.Range(0, settings.Partitions).Max(partition => reads.FindIndex(read => read.Partition == partition));
        Assert.All(reads.Take(begun).GroupBy(read => read.Partition), mine => Assert.True(mine.Count() < Batches, $"partition {mine.Key} had {mine.Count()} turns before all had one"));
    }

    private sealed class WatchedLog(int partitions) : IUsageLog
    {
        private readonly MemoryUsageLog _log = new(partitions);
        private readonly List<(int Partition, bool IsPool)> _reads = [];

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<(int Partition, bool IsPool)> Reads
        {
            get
            {
                lock (_reads) return [.. _reads];
            }
        }

        public int Partitions => partitions;

        public Task<IReadOnlyDictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation) => _log.AppendAsync(records, cancellation);

        public async ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int partition, long position, int recordsMax, CancellationToken cancellation)
        {
            await Go.Task.WaitAsync(cancellation);
            lock (_reads) _reads.Add((partition, Thread.CurrentThread.IsThreadPoolThread));
            return await _log.ReadAsync(partition, position, recordsMax, cancellation);
        }

        public Task WaitAsync(int partition, long position, CancellationToken cancellation) => _log.WaitAsync(partition, position, cancellation);

        public ValueTask<long> EndAsync(int partition, CancellationToken cancellation) => _log.EndAsync(partition, cancellation);

        public long EndSeen(int partition) => _log.EndSeen(partition);

        public Task<IReadOnlyList<ReceivedCount>> ReceivedAsync(CancellationToken cancellation) => _log.ReceivedAsync(cancellation);

        public ValueTask DisposeAsync() => _log.DisposeAsync();
    }
}
