namespace Rating.Engine.Store;

/// <summary>The ledger entries of one checkpoint of one partition.</summary>
/// <param name="Checkpoint">The checkpoint's number.</param>
/// <param name="Directory">Hashes of the subscriptions in it, sorted, so that a reader can pass it over.</param>
/// <param name="Bytes">The entries, Brotli-compressed (docs/formats.md).</param>
public sealed record LedgerBlock(long Checkpoint, IReadOnlyList<int> Directory, ReadOnlyMemory<byte> Bytes);
