using NodaTime;
using Rating.Domain;

namespace Rating.Engine.Alerts;

/// <summary>Looks at subscriptions with alerts after something was stored for them: off the partitions' loops, each at most <see cref="Limits.AlertLooksPerSecondMax"/> times a second, the newest usage counts.</summary>
/// <remarks>What it has to look at is in memory only: whoever takes a partition over looks at all of whom there is usage. What is reached again is stored once, by its key.</remarks>
internal sealed class AlertWatch(RatingEngine engine, AlertRecorder recorder, IClock clock, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1) / Limits.AlertLooksPerSecondMax;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    // At most those that have alerts, each once.
    private HashSet<int> _waiting = [];
    // What the last look at a subscription found: it is stored, and need not be asked of the store again.
    private readonly Dictionary<int, HashSet<string>> _stored = [];
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _idle = Done();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to look.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Takes subscriptions (by index) in that are to be looked at. Never waits.</summary>
    public void Look(IReadOnlyList<int> subscriptions)
    {
        if (subscriptions.Count == 0) return;
        lock (_gate)
        {
            _waiting.UnionWith(subscriptions);
            if (_idle.Task.IsCompleted) _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _woken.TrySetResult();
        }
    }

    /// <summary>Waits until everything that was to be looked at here has been.</summary>
    public Task SettledAsync(CancellationToken cancellation)
    {
        lock (_gate) return _idle.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _woken.Task.WaitAsync(_stop.Token);
                var began = time.GetTimestamp();
                HashSet<int> some;
                lock (_gate) (some, _waiting, _woken) = (_waiting, [], new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                foreach (var subscription in some)
                {
                    try
                    {
                        await LookAsync(subscription);
                    }
                    catch (Exception wrong) when (wrong is Refused or InvariantBrokenException or OverflowException or KeyNotFoundException)
                    {
                        // It cannot be priced: its close is parked with the reason. Looked at again when more is stored for it.
                        continue;
                    }
                    catch (Exception) when (!_stop.IsCancellationRequested)
                    {
                        // A partition moves, the store does not answer, a close is on its way: looked at again, and the others meanwhile.
                        Look([subscription]);
                    }
                }

                lock (_gate)
                    if (_waiting.Count == 0) _idle.TrySetResult();
                if (Every - time.GetElapsedTime(began) is { Ticks: > 0 } rest) await Task.Delay(rest, time, _stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The next owner looks at all.
            lock (_gate) _idle.TrySetResult();
        }
    }

    private async Task LookAsync(int index)
    {
        var entry = engine.Book.Read(book => book.Entry(index));
        var balance = await engine.BalanceAsync(entry.Tenant.Id, entry.Id, _stop.Token);
        var now = clock.GetCurrentInstant();
        // Without usage there is no reason to look, and whoever takes a partition over would not: what it costs to have none is said at the close.
        var reached = engine.Book.Read(_ => balance.Periods.Where(period => !period.Usage.IsEmpty).SelectMany(period => ReachedAlerts.Of(entry, period.Period, period.UsageCharge, period.Usage, balance.AsOf, balance.BookSequence, now)).ToList());
        var before = _stored.GetValueOrDefault(index);
        var news = before is null ? reached : reached.FindAll(alert => !before.Contains(alert.Id));
        if (news.Count > 0) await recorder.SaveAsync(news, _stop.Token);
        if (reached.Count > 0) _stored[index] = reached.Select(alert => alert.Id).ToHashSet(StringComparer.Ordinal);
        else _stored.Remove(index);
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
