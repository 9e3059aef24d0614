using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Rating.Sqlite;

/// <summary>The one writer of a database: whatever arrives while a commit runs goes into the next one, so that many callers share one fsync.</summary>
/// <remarks>It has its own thread, because a commit waits for the disk and the thread pool of a small machine has two threads.</remarks>
internal sealed class GroupWriter<TWrite> : IAsyncDisposable
    where TWrite : QueuedWrite
{
    private const int QueuedMax = 256;
    private readonly SqliteDatabase _database;
    private readonly long _groupWeightMax;
    private readonly Action<SqliteSession, IReadOnlyList<TWrite>> _apply;
    private readonly Action<bool> _ended;
    private readonly SemaphoreSlim _places = new(QueuedMax);
    private readonly BlockingCollection<TWrite> _queue = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteSession? _session;
    private volatile bool _disposed;

    /// <summary>Starts the writer.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="database">Where it writes.</param>
    /// <param name="groupWeightMax">A commit takes no further writes once it weighs this much.</param>
    /// <param name="apply">Does the writes of one commit, inside its transaction.</param>
    /// <param name="ended">Told before the callers are: true when the commit is durable, false when its outcome is unknown.</param>
    public GroupWriter(string name, SqliteDatabase database, long groupWeightMax, Action<SqliteSession, IReadOnlyList<TWrite>> apply, Action<bool> ended)
    {
        (_database, _groupWeightMax, _apply, _ended) = (database, groupWeightMax, apply, ended);
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>Queues a write, waits for a place when the queue is full, and returns when it is durable.</summary>
    public async Task WriteAsync(TWrite write, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        await using var registration = cancellation.UnsafeRegister(static (state, token) => ((TWrite)state!).Cancel(token), write);
        try
        {
            _queue.Add(write, CancellationToken.None);
        }
        catch (InvalidOperationException e) when (_disposed)
        {
            throw new ObjectDisposedException("It is closed; nothing was written.", e);
        }

        await write.Done;
    }

    /// <summary>Commits what is queued, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _queue.CompleteAdding();
        await _stopped.Task;
    }

    private void Run()
    {
        var group = new List<TWrite>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            var weight = Take(group, first);
            while (weight < _groupWeightMax && _queue.TryTake(out var next)) weight += Take(group, next);
            if (group.Count > 0) Commit(group);
            group.Clear();
        }

        _session?.Dispose();
        _stopped.SetResult();
    }

    private long Take(List<TWrite> group, TWrite write)
    {
        _places.Release();
        if (!write.TryTake()) return 0;
        group.Add(write);
        return write.Weight;
    }

    private void Commit(List<TWrite> group)
    {
        Exception? failure = null;
        try
        {
            _session ??= _database.OpenWriter();
            _database.Begin(_session);
            _apply(_session, group);
            _session.Run("COMMIT");
        }
        catch (Exception e)
        {
            failure = e is SqliteException error ? _database.Translate(error) : e;
            Drop();
        }

        try
        {
            _ended(failure is null);
        }
        finally
        {
            foreach (var write in group) write.Complete(failure);
        }
    }

    // After a failure only the file itself says what was written: closing rolls back what is open, and the next commit starts from a fresh connection.
    private void Drop()
    {
        try
        {
            _session?.Dispose();
        }
        catch (SqliteException)
        {
            // It was closed because it failed; that closing fails too tells nothing new.
        }

        _session = null;
    }
}
