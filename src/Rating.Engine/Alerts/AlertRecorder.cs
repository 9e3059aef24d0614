using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Rating.Domain;
using Rating.Engine.Store;

namespace Rating.Engine.Alerts;

/// <summary>Stores alerts, each once, and tells those who listen in this process of the ones that are new.</summary>
internal sealed class AlertRecorder(IRatingStore store)
{
    /// <summary>A listener that is slow misses the oldest; all are in the store.</summary>
    private const int WaitingMax = 1_000;
    private readonly Lock _gate = new();
    private readonly List<(TenantId Tenant, Channel<StoredAlert> Channel)> _listeners = [];

    /// <summary>Tells those who listen elsewhere; null when all are in this process.</summary>
    public Func<StoredAlert, Task>? TellElsewhere { get; set; }

    /// <summary>Stores those that are not stored yet, with their outbox messages.</summary>
    public async Task SaveAsync(IReadOnlyList<StoredAlert> reached, CancellationToken cancellation)
    {
        if (reached.Count == 0) return;
        foreach (var made in await store.SaveAlertsAsync(reached, cancellation))
        {
            if (TellElsewhere is { } tell) await tell(made);
            else Tell(made);
        }
    }

    /// <summary>Tells those who listen here.</summary>
    public void Tell(StoredAlert made)
    {
        lock (_gate)
            foreach (var (tenant, channel) in _listeners)
                if (tenant == made.Tenant) channel.Writer.TryWrite(made);
    }

    /// <summary>A tenant's alerts from now on, until cancelled. Who listens is listening when this returns.</summary>
    public IAsyncEnumerable<StoredAlert> Listen(TenantId tenant, CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<StoredAlert>(new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate) _listeners.Add((tenant, channel));
        return ReadAsync(cancellation);

        async IAsyncEnumerable<StoredAlert> ReadAsync([EnumeratorCancellation] CancellationToken stop)
        {
            try
            {
                await foreach (var alert in channel.Reader.ReadAllAsync(stop)) yield return alert;
            }
            finally
            {
                lock (_gate) _listeners.RemoveAll(one => one.Channel == channel);
            }
        }
    }
}
