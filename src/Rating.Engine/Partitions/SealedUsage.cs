using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What a partition sealed for a batch: per subscription (by index) its usage by the period in which it was used; without any, where only earlier batches had some.</summary>
internal static class SealedUsage
{
    public static byte[] Write(IReadOnlyDictionary<int, SortedDictionary<int, PeriodUsage>> bySubscription)
    {
        var texts = new TextTable();
        var body = new ByteWriter();
        body.Varint(bySubscription.Count);
        foreach (var (index, periods) in bySubscription.OrderBy(pair => pair.Key))
        {
            body.Varint(index);
            body.Varint(periods.Count);
            foreach (var (period, usage) in periods)
            {
                body.Zigzag(period);
                UsageBlocks.Write(body, texts, usage);
            }
        }

        var block = new ByteWriter();
        texts.WriteTo(block);
        block.Bytes(body.Written);
        return block.Written.ToArray();
    }

    public static Dictionary<int, SortedDictionary<int, PeriodUsage>> Read(ReadOnlyMemory<byte> block)
    {
        var reader = new ByteReader(block.Span);
        var texts = TextTable.Read(ref reader);
        var all = new Dictionary<int, SortedDictionary<int, PeriodUsage>>();
        for (var left = reader.Count(); left > 0; left--)
        {
            var periods = all[reader.Count()] = [];
            for (var more = reader.Count(); more > 0; more--)
            {
                var period = (int)reader.Zigzag();
                periods[period] = UsageBlocks.Read(ref reader, texts);
            }
        }

        return all;
    }
}
