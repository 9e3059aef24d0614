using NodaTime;
using Rating.Domain;
using Rating.Engine.Books;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Engine.Views;

namespace Rating.Engine.Partitions;

/// <summary>Keeps one partition running in this process: opens it, runs it, opens it anew when it stops, after a pause that grows, until it is stopped or another owner has it.</summary>
internal sealed class PartitionRunner(int id, IUsageLog log, IRatingStore store, Book book, RatingSettings settings, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stop = new();
    private volatile UsagePartition? _partition;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _problem = "loading";
    private volatile PartitionState _state = PartitionState.Loading;
    private long _lastCommitted;
    private long _redone;
    private Task _running = Task.CompletedTask;

    /// <summary>Told when another owner has taken the partition over; it does not come back here.</summary>
    public Action? OnLost { get; set; }

    /// <summary>Told after each commit.</summary>
    public Action? OnCommitted { get; set; }

    /// <summary>Told which subscriptions with alerts a commit touched.</summary>
    public Action<IReadOnlyList<int>>? OnTouched { get; set; }

    /// <summary>The log position up to which all is stored; -1 while the partition is not open.</summary>
    public long Committed => _partition?.Committed ?? -1;

    /// <summary>How many records were applied and are not stored: after a graceful stop the next owner redoes none.</summary>
    public long Redone => _partition is { } partition ? partition.Position - partition.Committed : _redone;

    /// <summary>Memory that remembered ids take, and how many they are.</summary>
    public (long Bytes, long Count) RememberedIds => _partition?.RememberedIds ?? (0, 0);

    /// <summary>Opens the partition and runs it until disposed. Fails when it cannot be opened.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _partition = await OpenAsync(cancellation);
        Run();
    }

    /// <summary>Opens the partition and runs it until disposed; tries again while it cannot be opened.</summary>
    public void Run() => _running = PartitionThreads.Shared.Run(KeepRunningAsync);

    /// <summary>Makes it look at its commands and at the book.</summary>
    public void Wake() => _partition?.Wake();

    /// <summary>Hands a command over, again when the partition was lost before it stored the command: every command can be carried out twice.</summary>
    public async Task<(long Tried, long Changed)> ExecuteAsync(Func<PartitionCommand> command, CancellationToken cancellation)
    {
        while (true)
        {
            var now = await OpenedAsync(_ => true, cancellation);
            try
            {
                return await now.ExecuteAsync(command()).WaitAsync(cancellation);
            }
            catch (Unavailable) when (!_stop.IsCancellationRequested)
            {
                await ChangedAsync(now, cancellation);
            }
        }
    }

    /// <summary>What a subscription has used, with all that the book up to a sequence did to it.</summary>
    public async Task<PartitionUsage> UsageAsync(int subscription, long sequence, CancellationToken cancellation)
    {
        // The one that took the book up: opened anew meanwhile, it may be behind again.
        var partition = await OpenedAsync(opened => opened.TookUp >= sequence, cancellation);
        if (partition.WeightOf(subscription) == 0) return PartitionUsage.Nothing(sequence, LagOf(partition));
        var (usage, latest, upTo) = partition.UsageOf(subscription);
        return new PartitionUsage(usage, latest, upTo, LagOf(partition));
    }

    /// <summary>0 when a subscription has had no usage here, else the more the more records are in its totals.</summary>
    public byte WeightOf(int subscription) => _partition?.WeightOf(subscription) ?? 0;

    /// <summary>The subscriptions that have usage here, or how they changed since another process asked; null while the partition is not open.</summary>
    public PartitionHoldings? HoldingsSince(long epoch, long version) => _partition is { } partition ? partition.HoldingsSince(epoch, version, LagOf(partition)) : null;

    /// <summary>How long ago a subscription last had its first usage here, or the partition was opened.</summary>
    public TimeSpan SinceNewestHolding => _partition?.SinceNewestHolding ?? TimeSpan.Zero;

    /// <summary>Which of these subscriptions have usage that is billed with the period named.</summary>
    public async Task<IReadOnlyList<int>> BilledWithAsync(IReadOnlyList<(int Subscription, int Period)> asked, CancellationToken cancellation)
    {
        var partition = await OpenedAsync(_ => true, cancellation);
        return [.. asked.Where(one => partition.UsageOf(one.Subscription).Usage.Keys.Any(key => key.Billing == one.Period)).Select(one => one.Subscription)];
    }

    /// <summary>A tenant's records in suspense, in groups.</summary>
    /// <exception cref="Unavailable">The partition is not open: nobody is told that nothing waits there.</exception>
    public IReadOnlyList<SuspenseGroup> Suspense(TenantId tenant) =>
        (_partition ?? throw new Unavailable($"Partition {id} is not loaded: {_problem}") { IsLasting = _state == PartitionState.Stopped }).Suspense(tenant);

    /// <summary>The checkpoint from which on the ledger has all that is in suspense; null when nothing is.</summary>
    public async Task<long?> SuspenseFromAsync(CancellationToken cancellation) => (await OpenedAsync(_ => true, cancellation)).SuspenseFrom;

    /// <summary>Waits until it has stored everything before a position.</summary>
    public Task DecidedAsync(long end, CancellationToken cancellation) => UntilAsync(
        partition =>
        {
            partition?.Await(end);
            return (partition?.Committed ?? -1) >= end;
        },
        cancellation);

    /// <summary>Waits until it works with the book up to a sequence, and has stored what the book changed for it.</summary>
    public Task TookUpAsync(long sequence, CancellationToken cancellation) => UntilAsync(partition => (partition?.TookUp ?? -1) >= sequence, cancellation);

    /// <summary>How it is doing.</summary>
    public PartitionStatus Status
    {
        get
        {
            var partition = _partition;
            return new PartitionStatus(id, partition?.Position ?? _lastCommitted, partition?.Committed ?? _lastCommitted, log.EndSeen(id), partition is null ? _state : PartitionState.Running, partition is null ? _problem : "");
        }
    }

    /// <summary>Stops it; what was applied is stored first, so that the next owner redoes nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested) await _stop.CancelAsync();
        // However it ended: who waits for it is told, and it may be served elsewhere.
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Tell();
        _stop.Dispose();
    }

    private async Task KeepRunningAsync()
    {
        var pause = TimeSpan.Zero;
        while (true)
        {
            try
            {
                var partition = _partition ??= await OpenAsync(_stop.Token);
                _problem = "";
                Tell();
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
                if (_partition is { } last) await FlushAsync(last);
                return;
            }
            catch (StaleWriterException taken)
            {
                // Another owner has it. To take it back would only begin a fight over it.
                Lose(taken.Message, PartitionState.Lost);
                OnLost?.Invoke();
                return;
            }
            catch (Exception stopped)
            {
                // What was not committed never happened: the memory goes, the next one loads what is stored.
                Lose(stopped.Message, stopped is Unavailable ? PartitionState.Waiting : PartitionState.Stopped);
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

    // So that a graceful stop redoes nothing. Should it fail, for whatever reason, the records are read again by the next owner, who meets the reason if it lasts.
    private async Task FlushAsync(UsagePartition partition)
    {
        try
        {
            await partition.FlushAsync();
        }
        catch (Exception failed)
        {
            Lose(failed.Message, PartitionState.Stopped);
        }
    }

    private void Lose(string problem, PartitionState state)
    {
        (_problem, _state) = (problem, state);
        if (_partition is { } last) (_lastCommitted, _redone) = (last.Committed, last.Position - last.Committed);
        _partition = null;
        Tell();
    }

    private async Task<UsagePartition> OpenAsync(CancellationToken cancellation)
    {
        var partition = await UsagePartition.OpenAsync(id, log, store, book, settings, time, cancellation);
        partition.OnTouched = OnTouched;
        partition.TellTouched();
        partition.OnCommitted = () =>
        {
            Tell();
            OnCommitted?.Invoke();
        };
        return partition;
    }

    private long LagOf(UsagePartition partition) => Math.Max(0, log.EndSeen(id) - partition.Position);

    private async Task<UsagePartition> OpenedAsync(Func<UsagePartition, bool> isSo, CancellationToken cancellation)
    {
        UsagePartition? opened = null;
        await UntilAsync(partition => (opened = partition) is not null && isSo(opened), cancellation);
        return opened!;
    }

    private async Task ChangedAsync(UsagePartition from, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _changed;
            if (_partition != from) return;
            await changed.Task.WaitAsync(cancellation);
        }
    }

    private async Task UntilAsync(Func<UsagePartition?, bool> isSo, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _changed;
            if (isSo(_partition)) return;
            if (_stop.IsCancellationRequested) throw new Unavailable("The engine is stopping.");
            if (_state == PartitionState.Lost) throw new Unavailable($"Partition {id} is not served here any more: {_problem}");
            // What stopped for a reason that does not pass by itself is not waited for: whoever asks is told why. It is tried again all the same.
            if (_partition is null && _state == PartitionState.Stopped) throw new Unavailable($"Partition {id} is stopped: {_problem}") { IsLasting = true };
            await changed.Task.WaitAsync(cancellation);
        }
    }

    private void Tell()
    {
        var before = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.TrySetResult();
    }
}
