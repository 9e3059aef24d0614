namespace Rating.Engine.Store;

/// <summary>A partition's memory as it was stored: a base holds all of it, any other what changed since the block before.</summary>
public sealed record StateBlock(long Checkpoint, bool IsBase, ReadOnlyMemory<byte> Bytes);
