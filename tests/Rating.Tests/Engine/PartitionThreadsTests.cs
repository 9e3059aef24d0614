using NodaTime;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Where partitions work: requests, and messages between silos, wait for the thread pool, which must not be full of batches.</summary>
public sealed class PartitionThreadsTests
{
    [Fact]
    public async Task Partitions_leave_the_thread_pool_alone_and_take_turns_on_their_own_threads()
    {
        var settings = new RatingSettings { Partitions = Environment.ProcessorCount + 1 };
        await using var log = new WatchedLog(settings.Partitions);
        await using var store = new MemoryRatingStore(settings.Partitions);
        await using var engine = await RatingEngine.StartAsync(log, store, settings, new SettableClock(Instant.FromUtc(2026, 3, 1, 0, 0)), TimeProvider.System, default);
        log.Go.SetResult();
        await Until.DoneAsync("each partition has had a turn, though none comes to the end of its records", log.AllHadATurn);
        await engine.CaughtUpAsync(default);
        Assert.False(log.WasReadOnThePool);
    }

    /// <summary>A log in which no partition comes to its end before all have had a turn.</summary>
    private sealed class WatchedLog(int partitions) : IUsageLog
    {
        private const int BatchRecords = 256;

        /// <summary>Of work of seconds: whoever has had no turn by then gets none.</summary>
        private const int TurnsMax = 2_000;
        private readonly MemoryUsageLog _log = new(partitions);
        private readonly int[] _turns = new int[partitions];
        private readonly TaskCompletionSource _allHadATurn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task AllHadATurn => _allHadATurn.Task;

        public bool WasReadOnThePool { get; private set; }

        public int Partitions => partitions;

        public Task<IReadOnlyDictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation) => _log.AppendAsync(records, cancellation);

        public async ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int partition, long position, int recordsMax, CancellationToken cancellation)
        {
            await Go.Task.WaitAsync(cancellation);
            if (Thread.CurrentThread.IsThreadPoolThread) WasReadOnThePool = true;
            lock (_turns)
            {
                _turns[partition]++;
                if (_turns.All(turns => turns > 0)) _allHadATurn.TrySetResult();
                else if (_turns[partition] > TurnsMax) _allHadATurn.TrySetException(new InvalidOperationException($"Turns of each partition: {string.Join(", ", _turns)}"));
            }

            // Nobody knows their sender: the cheapest verdict.
            if (!AllHadATurn.IsCompleted)
                await _log.AppendAsync([.. Enumerable.Range(0, BatchRecords).Select(_ => new LogAppend(partition, EngineWorld.Tenant, "test", LogRecordKind.Event, Instant.FromUtc(2026, 3, 1, 0, 0), "no event"u8.ToArray()))], cancellation);
            return await _log.ReadAsync(partition, position, recordsMax, cancellation);
        }

        public Task WaitAsync(int partition, long position, CancellationToken cancellation) => _log.WaitAsync(partition, position, cancellation);

        public ValueTask<long> EndAsync(int partition, CancellationToken cancellation) => _log.EndAsync(partition, cancellation);

        public long EndSeen(int partition) => _log.EndSeen(partition);

        public Task<IReadOnlyList<ReceivedCount>> ReceivedAsync(CancellationToken cancellation) => _log.ReceivedAsync(cancellation);

        public ValueTask DisposeAsync() => _log.DisposeAsync();
    }
}
