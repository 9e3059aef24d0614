using System.Collections.Concurrent;
using Rating.Domain;
using Rating.Engine.Views;

namespace Rating.Engine.Closing;

/// <summary>How far the closes are that this process carries out, for those who wait for them.</summary>
internal sealed class RunningCloses
{
    private readonly ConcurrentDictionary<Running, TenantId> _running = new();

    /// <summary>The closes of a tenant, added up.</summary>
    public CloseProgress Of(TenantId tenant) => _running.Where(one => one.Value == tenant).Select(one => one.Key)
        .Aggregate(new CloseProgress(0, 0), (sum, one) => new CloseProgress(sum.Done + one.Done, sum.Of + one.Of));

    /// <summary>Begins one; it is over when it is disposed.</summary>
    public Running Begin(TenantId tenant, int of)
    {
        var begun = new Running(this, of);
        _running[begun] = tenant;
        return begun;
    }

    /// <summary>A close that goes on.</summary>
    public sealed class Running(RunningCloses all, int of) : IDisposable
    {
        private int _done;

        public int Done => Volatile.Read(ref _done);

        public int Of => of;

        /// <summary>So many periods more are closed; batches end at the same time.</summary>
        public void Add(int periods) => Interlocked.Add(ref _done, periods);

        public void Dispose() => all._running.TryRemove(this, out _);
    }
}
