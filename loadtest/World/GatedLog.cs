using Rating.Engine.Log;

namespace Rating.Loadtest.World;

/// <summary>A log that shows its records only when told to, so that an engine can be ready, and a log filled, before the clock starts.</summary>
internal sealed class GatedLog(IUsageLog log) : IUsageLog
{
    private readonly IUsageLog _log = log;
    private volatile long[] _shown = new long[log.Partitions];
    private volatile bool _isOpen;
    private volatile TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One in memory.</summary>
    public GatedLog(int partitions)
        : this(new MemoryUsageLog(partitions))
    {
    }

    public int Partitions => _log.Partitions;

    /// <summary>Shows all that was appended so far, or a share of it.</summary>
    public async Task ShowAsync(double share = 1)
    {
        var shown = new long[Partitions];
        for (var partition = 0; partition < shown.Length; partition++) shown[partition] = (long)(share * await _log.EndAsync(partition, default));
        _shown = shown;
        Tell();
    }

    /// <summary>Shows all, now and later: from here on it is as if the log stood here itself.</summary>
    public void Open()
    {
        _isOpen = true;
        Tell();
    }

    public Task<IReadOnlyDictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation) => _log.AppendAsync(records, cancellation);

    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int partition, long position, int recordsMax, CancellationToken cancellation) =>
        _log.ReadAsync(partition, position, _isOpen ? recordsMax : (int)Math.Clamp(_shown[partition] - position, 0, recordsMax), cancellation);

    public async Task WaitAsync(int partition, long position, CancellationToken cancellation)
    {
        while (!_isOpen)
        {
            var more = _more.Task;
            if (_isOpen) break;
            if (_shown[partition] > position) return;
            await more.WaitAsync(cancellation);
        }

        await _log.WaitAsync(partition, position, cancellation);
    }

    public ValueTask<long> EndAsync(int partition, CancellationToken cancellation) => _isOpen ? _log.EndAsync(partition, cancellation) : new(_shown[partition]);

    public long EndSeen(int partition) => _shown[partition];

    public Task<IReadOnlyList<ReceivedCount>> ReceivedAsync(CancellationToken cancellation) => _log.ReceivedAsync(cancellation);

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private void Tell()
    {
        var before = _more;
        _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.SetResult();
    }
}
