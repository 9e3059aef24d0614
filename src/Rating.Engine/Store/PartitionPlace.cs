namespace Rating.Engine.Store;

/// <summary>Where a partition stands in the store, and the epoch under which its new owner writes.</summary>
/// <param name="Epoch">Raised by every take-over; a commit under an older one is refused.</param>
/// <param name="Checkpoint">The number of the last checkpoint; 0 before the first.</param>
/// <param name="NextPosition">The log position that comes next.</param>
/// <param name="BookSequence">The book change up to which it has worked.</param>
public sealed record PartitionPlace(long Epoch, long Checkpoint, long NextPosition, long BookSequence);
