namespace Rating.Sqlite;

/// <summary>A write that waits for the next commit. It can be cancelled until the writer takes it, and then no more: a cancelled write was not done.</summary>
internal abstract class QueuedWrite
{
    private const int Waiting = 0, Taken = 1, Cancelled = 2;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    /// <summary>Ends when the write is durable, refused or cancelled.</summary>
    public Task Done => _done.Task;

    /// <summary>How much of a commit it fills, in records or bytes, as its writer counts.</summary>
    public virtual long Weight => 1;

    /// <summary>Why this one was refused while the others of its commit go on; null when it was not.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>Takes it into a commit.</summary>
    /// <returns>False when it was cancelled.</returns>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>Cancels it when no commit has taken it.</summary>
    public void Cancel(CancellationToken cancellation)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting) _done.TrySetCanceled(cancellation);
    }

    /// <summary>The commit that it was in is over.</summary>
    public void Complete(Exception? failure)
    {
        if ((failure ?? Refusal) is { } error) _done.TrySetException(error);
        else _done.TrySetResult();
    }
}
