namespace Rating.Engine.Store;

/// <summary>What one partition sealed for one close batch.</summary>
/// <param name="Batch">The close batch.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Bytes">The sealed totals of the batch's subscriptions that have some here.</param>
public sealed record SealBlock(long Batch, int Partition, ReadOnlyMemory<byte> Bytes);
