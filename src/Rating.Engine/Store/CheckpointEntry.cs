namespace Rating.Engine.Store;

/// <summary>A line of a partition's journal: what the auditor needs to replay it.</summary>
public sealed record CheckpointEntry(long Number, long Epoch, long FirstPosition, long NextPosition, long BookSequence, string Commands);
