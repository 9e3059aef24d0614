namespace Rating.Engine.Store;

/// <summary>The ids that one checkpoint of one partition began to remember.</summary>
/// <param name="Checkpoint">The checkpoint's number.</param>
/// <param name="LastDay">The latest UTC day of ingest time in it, in days since the Unix epoch: after the horizon the block may go.</param>
/// <param name="Bytes">The ids, sorted by hash.</param>
public sealed record IdBlock(long Checkpoint, int LastDay, ReadOnlyMemory<byte> Bytes);
