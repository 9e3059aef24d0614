using Rating.Engine.Books;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Engine.Views;

namespace Rating.Engine.Partitions;

/// <summary>All partitions in this process.</summary>
internal sealed class LocalPartitions(IUsageLog log, IRatingStore store, Book book, RatingSettings settings, TimeProvider time, Action<IReadOnlyList<int>> onTouched) : IPartitionHost
{
    private readonly PartitionRunner[] _runners = [.. Enumerable.Range(0, log.Partitions).Select(id => new PartitionRunner(id, log, store, book, settings, time) { OnTouched = onTouched })];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _alone = [];

    public int Count => _runners.Length;

    public (long Bytes, long Count) RememberedIds => _runners.Aggregate((0L, 0L), (sum, runner) => (sum.Item1 + runner.RememberedIds.Bytes, sum.Item2 + runner.RememberedIds.Count));

    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var runner in _runners) await runner.StartAsync(cancellation);
    }

    public void BookChanged()
    {
        foreach (var runner in _runners) runner.Wake();
    }

    public Task<(long Tried, long Changed)> ExecuteAsync(int partition, Func<PartitionCommand> command, CancellationToken cancellation) => _runners[partition].ExecuteAsync(command, cancellation);

    public Task<PartitionUsage> UsageAsync(int partition, int subscription, long sequence, CancellationToken cancellation) => _runners[partition].UsageAsync(subscription, sequence, cancellation);

    public Task<IReadOnlyList<int>> BilledWithAsync(int partition, IReadOnlyList<(int Subscription, int Period)> asked, CancellationToken cancellation) =>
        _runners[partition].BilledWithAsync(asked, cancellation);

    public async Task TookUpAsync(long sequence, CancellationToken cancellation)
    {
        foreach (var runner in _runners) await runner.TookUpAsync(sequence, cancellation);
    }

    public async Task DecidedAsync(IReadOnlyDictionary<int, long> ends, CancellationToken cancellation)
    {
        foreach (var (id, end) in ends) await _runners[id].DecidedAsync(end, cancellation);
    }

    public async Task CaughtUpAsync(CancellationToken cancellation)
    {
        var ends = new Dictionary<int, long>();
        for (var id = 0; id < _runners.Length; id++) ends[id] = await log.EndAsync(id, cancellation);
        await DecidedAsync(ends, cancellation);
    }

    public Task<IReadOnlyList<PartitionStatus>> StatusAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<PartitionStatus>>([.. _runners.Select(runner => runner.Status)]);

    public IReadOnlyList<string> NotReady() => [.. _runners.Select(runner => runner.Status.WhyNot).OfType<string>()];

    public Task<IReadOnlyList<SuspenseGroup>> SuspenseAsync(Domain.TenantId tenant, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<SuspenseGroup>>([.. _runners.SelectMany(runner => runner.Suspense(tenant))]);

    public Task<long?> SuspenseFromAsync(int partition, CancellationToken cancellation) => _runners[partition].SuspenseFromAsync(cancellation);

    public void RunAlone(string name, Func<CancellationToken, Task> run) => _alone.Add(Task.Run(() => run(_stop.Token)));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // However they ended: what the partitions have applied is stored all the same.
        await Task.WhenAll(_alone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_runners.Select(runner => runner.DisposeAsync().AsTask()));
        _stop.Dispose();
    }
}
