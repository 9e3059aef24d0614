namespace Rating.Engine.Partitions;

/// <summary>Something that a partition does between two checkpoints, recorded with the position at which it took effect.</summary>
internal abstract record PartitionCommand
{
    /// <summary>Completed by the checkpoint that stores it; with how many records it took and how many it changed.</summary>
    public TaskCompletionSource<(long Tried, long Changed)> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How the journal names it.</summary>
    public abstract string Journal { get; }
}
