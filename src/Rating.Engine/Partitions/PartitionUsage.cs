using NodaTime;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What one subscription has used in one partition, as one moment saw it.</summary>
/// <param name="Usage">Its usage by billing and usage period.</param>
/// <param name="Latest">The latest event time among it; null before the first.</param>
/// <param name="BookSequence">The book change up to which it was resolved and rated.</param>
/// <param name="Lag">How many records of the partition's log are not in it yet.</param>
internal sealed record PartitionUsage(SortedDictionary<(int Billing, int Usage), PeriodUsage> Usage, Instant? Latest, long BookSequence, long Lag)
{
    private static readonly SortedDictionary<(int Billing, int Usage), PeriodUsage> None = [];

    /// <summary>Nothing: the partition has had no usage of the subscription.</summary>
    public static PartitionUsage Nothing(long bookSequence, long lag) => new(None, null, bookSequence, lag);

    /// <summary>Usage and latest time as a block, for another process.</summary>
    public byte[] WriteUsage()
    {
        var (texts, body, block) = (new TextTable(), new ByteWriter(), new ByteWriter());
        body.Zigzag(Latest is { } latest ? latest.ToUnixTimeTicks() : long.MinValue / 2);
        body.Varint(Usage.Count);
        foreach (var ((billing, used), period) in Usage)
        {
            body.Zigzag(billing);
            body.Zigzag(used);
            UsageBlocks.Write(body, texts, period);
        }

        texts.WriteTo(block);
        block.Bytes(body.Written);
        return block.Written.ToArray();
    }

    /// <summary>Reads what <see cref="WriteUsage"/> wrote in another process.</summary>
    public static PartitionUsage Read(ReadOnlySpan<byte> block, long bookSequence, long lag)
    {
        var reader = new ByteReader(block);
        var texts = TextTable.Read(ref reader);
        var ticks = reader.Zigzag();
        var usage = new SortedDictionary<(int Billing, int Usage), PeriodUsage>();
        for (var left = reader.Count(); left > 0; left--)
        {
            var key = ((int)reader.Zigzag(), (int)reader.Zigzag());
            usage[key] = UsageBlocks.Read(ref reader, texts);
        }

        return new PartitionUsage(usage, ticks == long.MinValue / 2 ? null : Instant.FromUnixTimeTicks(ticks), bookSequence, lag);
    }
}
