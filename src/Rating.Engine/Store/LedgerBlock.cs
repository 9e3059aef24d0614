namespace Rating.Engine.Store;

/// <summary>The ledger entries of one checkpoint of one partition.</summary>
/// <param name="Checkpoint">The checkpoint's number.</param>
/// <param name="Directory">Hashes of the subscriptions in it, sorted, so that a reader can pass it over.</param>
/// <param name="Bytes">The entries, Brotli-compressed (docs/formats.md).</param>
/// <param name="LastDay">The latest UTC day of ingest time among its records, in days since the Unix epoch; of a block that was stored without it the largest number, so that it is never passed over.</param>
public sealed record LedgerBlock(long Checkpoint, IReadOnlyList<int> Directory, ReadOnlyMemory<byte> Bytes, int LastDay = int.MaxValue);
