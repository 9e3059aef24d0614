namespace Rating.Engine.Partitions;

/// <summary>The subscriptions that have usage in a partition, or how they changed since another process asked last.</summary>
/// <param name="Epoch">The partition's owner, as the store numbers them: what is told under a higher one counts.</param>
/// <param name="Since">After how many changes this begins; -1: it is all.</param>
/// <param name="Version">How many changes there have been with these.</param>
/// <param name="BookSequence">The book change up to which the partition has worked.</param>
/// <param name="Lag">How many records of its log it has not applied yet.</param>
/// <param name="Block">For each subscription its index and its weight: 0 when nothing is there any more, else 1 and a digit for each binary digit of its number of records.</param>
internal sealed record PartitionHoldings(long Epoch, long Since, long Version, long BookSequence, long Lag, byte[] Block)
{
    /// <summary>Writes the block.</summary>
    public static byte[] Write(IReadOnlyCollection<(int Subscription, byte Weight)> held)
    {
        var block = new ByteWriter();
        block.Varint(held.Count);
        foreach (var (subscription, weight) in held)
        {
            block.Varint(subscription);
            block.Byte(weight);
        }

        return block.Written.ToArray();
    }

    /// <summary>Reads the block.</summary>
    public List<(int Subscription, byte Weight)> Read()
    {
        var reader = new ByteReader(Block);
        var held = new List<(int, byte)>();
        for (var left = reader.Count(); left > 0; left--) held.Add((reader.Count(), reader.Byte()));
        return held;
    }
}
