using NodaTime;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Engine.Views;

namespace Rating.Engine.Partitions;

/// <summary>All partitions in this process: each is opened, run, and opened anew when it stops, after a pause that grows.</summary>
internal sealed class LocalPartitions(IUsageLog log, IRatingStore store, Book book, RatingSettings settings, TimeProvider time) : IPartitionHost, IAsyncDisposable
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);
    private readonly Slot[] _slots = [.. Enumerable.Range(0, log.Partitions).Select(_ => new Slot())];
    private readonly CancellationTokenSource _stop = new();
    private Task[] _running = [];

    public int Count => _slots.Length;

    /// <summary>Opens all partitions, and runs them until disposed.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        for (var id = 0; id < _slots.Length; id++) _slots[id].Partition = await OpenAsync(id, cancellation);
        _running = [.. Enumerable.Range(0, _slots.Length).Select(id => Task.Run(() => KeepRunningAsync(id), CancellationToken.None))];
    }

    public void Wake()
    {
        foreach (var slot in _slots) slot.Partition?.Wake();
    }

    public async Task<(long Tried, long Changed)> ExecuteAsync(int partition, Func<PartitionCommand> command, CancellationToken cancellation)
    {
        while (true)
        {
            var now = await OpenedAsync(partition, cancellation);
            try
            {
                return await now.ExecuteAsync(command()).WaitAsync(cancellation);
            }
            catch (Unavailable) when (!_stop.IsCancellationRequested)
            {
                // The partition was lost before it stored the command. It is opened anew and asked again: every command can be carried out twice.
                await ChangedAsync(partition, now, cancellation);
            }
        }
    }

    public (SortedDictionary<(int Billing, int Usage), PeriodUsage> Usage, Instant? Latest) UsageOf(int partition, int subscription) =>
        (_slots[partition].Partition ?? throw new Unavailable($"Partition {partition} is not loaded: {_slots[partition].Problem}")).UsageOf(subscription);

    public IReadOnlyList<SuspenseGroup> Suspense(Domain.TenantId tenant) => [.. _slots.SelectMany(slot => slot.Partition?.Suspense(tenant) ?? [])];

    public async Task<IReadOnlyList<LedgerEntry>> SuspendedAsync(int partition, Domain.TenantId tenant, CancellationToken cancellation) =>
        await (await OpenedAsync(partition, cancellation)).SuspendedAsync(tenant, cancellation);

    public async Task CaughtUpAsync(CancellationToken cancellation)
    {
        var ends = new Dictionary<int, long>();
        for (var id = 0; id < _slots.Length; id++) ends[id] = await log.EndAsync(id, cancellation);
        await DecidedAsync(ends, cancellation);
    }

    /// <summary>Waits until the partitions have stored everything before these positions.</summary>
    public async Task DecidedAsync(IReadOnlyDictionary<int, long> ends, CancellationToken cancellation)
    {
        foreach (var (id, end) in ends)
            while (true)
            {
                var changed = _slots[id].Changed;
                if ((_slots[id].Partition?.Committed ?? -1) >= end) break;
                MayCome(id);
                await changed.Task.WaitAsync(cancellation);
            }
    }

    /// <summary>Waits until the partitions work with the book up to a sequence, and have stored what it changed for them.</summary>
    public async Task TookUpAsync(long sequence, CancellationToken cancellation)
    {
        for (var id = 0; id < _slots.Length; id++)
            while (true)
            {
                var changed = _slots[id].Changed;
                if ((_slots[id].Partition?.TookUp ?? -1) >= sequence) break;
                MayCome(id);
                await changed.Task.WaitAsync(cancellation);
            }
    }

    public async Task<IReadOnlyList<PartitionStatus>> StatusAsync(CancellationToken cancellation)
    {
        var all = new List<PartitionStatus>();
        for (var id = 0; id < _slots.Length; id++)
        {
            var partition = _slots[id].Partition;
            all.Add(new PartitionStatus(id, partition?.Position ?? 0, partition?.Committed ?? 0, await log.EndAsync(id, cancellation), partition is null ? _slots[id].Problem : ""));
        }

        return all;
    }

    /// <summary>How many records of the log have no stored verdict yet.</summary>
    public async Task<long> LagAsync(CancellationToken cancellation)
    {
        long lag = 0;
        for (var id = 0; id < _slots.Length; id++) lag += await log.EndAsync(id, cancellation) - (_slots[id].Partition?.Position ?? 0);
        return Math.Max(0, lag);
    }

    /// <summary>Memory that remembered ids take, and how many they are.</summary>
    public (long Bytes, long Count) RememberedIds =>
        _slots.Aggregate((0L, 0L), (sum, slot) => slot.Partition is { } partition ? (sum.Item1 + partition.RememberedIds.Bytes, sum.Item2 + partition.RememberedIds.Count) : sum);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        foreach (var slot in _slots) slot.Tell();
        _stop.Dispose();
    }

    private async Task KeepRunningAsync(int id)
    {
        var pause = TimeSpan.Zero;
        while (true)
        {
            try
            {
                var partition = _slots[id].Partition ??= await OpenAsync(id, _stop.Token);
                _slots[id].Problem = "";
                _slots[id].Tell();
                var before = partition.Committed;
                try
                {
                    await partition.RunAsync(_stop.Token);
                }
                finally
                {
                    if (partition.Committed > before) pause = TimeSpan.Zero;
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                if (_slots[id].Partition is { } last) await FlushAsync(last);
                return;
            }
            catch (StaleWriterException taken)
            {
                // Another owner has it. To take it back would only begin a fight over it.
                _slots[id].Problem = taken.Message;
                _slots[id].IsLost = true;
                _slots[id].Partition = null;
                _slots[id].Tell();
                return;
            }
            catch (Exception stopped)
            {
                // What was not committed never happened: the memory goes, the next one loads what is stored.
                _slots[id].Problem = stopped.Message;
                _slots[id].Partition = null;
                _slots[id].Tell();
            }

            pause = pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(50) : pause * 2 < PauseMax ? pause * 2 : PauseMax;
            try
            {
                await Task.Delay(pause, time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // So that a graceful stop redoes nothing. Should it fail, the records are read again.
    private static async Task FlushAsync(UsagePartition partition)
    {
        try
        {
            await partition.FlushAsync();
        }
        catch (Exception failed) when (failed is StaleWriterException or Unavailable)
        {
            return;
        }
    }

    private async Task<UsagePartition> OpenAsync(int id, CancellationToken cancellation)
    {
        var partition = await UsagePartition.OpenAsync(id, log, store, book, settings, time, cancellation);
        partition.OnCommitted = _slots[id].Tell;
        return partition;
    }

    private void MayCome(int id)
    {
        if (_stop.IsCancellationRequested) throw new Unavailable("The engine is stopping.");
        if (_slots[id].IsLost) throw new Unavailable($"Partition {id} is not served here any more: {_slots[id].Problem}");
    }

    private async Task<UsagePartition> OpenedAsync(int id, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _slots[id].Changed;
            if (_slots[id].Partition is { } partition) return partition;
            MayCome(id);
            await changed.Task.WaitAsync(cancellation);
        }
    }

    private async Task ChangedAsync(int id, UsagePartition from, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _slots[id].Changed;
            if (_slots[id].Partition != from) return;
            await changed.Task.WaitAsync(cancellation);
        }
    }

    private sealed class Slot
    {
        private volatile UsagePartition? _partition;
        private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public UsagePartition? Partition
        {
            get => _partition;
            set => _partition = value;
        }

        public string Problem { get; set; } = "loading";

        /// <summary>Another owner has taken it over; it does not come back here.</summary>
        public bool IsLost { get; set; }

        /// <summary>Completed when something about the partition changes.</summary>
        public TaskCompletionSource Changed => _changed;

        public void Tell()
        {
            var before = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            before.TrySetResult();
        }
    }
}
