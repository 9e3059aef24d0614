namespace Rating.Orleans.Nodes;

/// <summary>Wakes whoever waits for something to change.</summary>
internal sealed class Signal
{
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done at the next change. Taken before looking, so that none is missed.</summary>
    public Task Next => _next.Task;

    public void Tell()
    {
        var before = _next;
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.TrySetResult();
    }
}
