using System.Collections.Concurrent;

namespace Rating.Engine.Partitions;

/// <summary>The threads on which partitions work, one per processor: what somebody waits for, a request or a message between silos, never queues behind batches of records as it does on the thread pool.</summary>
internal sealed class PartitionThreads : TaskScheduler
{
    /// <summary>Those of this process.</summary>
    public static readonly PartitionThreads Shared = new(Environment.ProcessorCount);

    private readonly BlockingCollection<Task> _ready = [];
    private readonly int _count;

    private PartitionThreads(int count)
    {
        _count = count;
        for (var i = 0; i < count; i++) new Thread(Work) { IsBackground = true, Name = "partitions" }.Start();
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => _count;

    /// <summary>Begins something here; what it awaits goes on here, too.</summary>
    public Task Run(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => _ready.Add(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _ready];

    private void Work()
    {
        foreach (var task in _ready.GetConsumingEnumerable()) TryExecuteTask(task);
    }
}
