using NodaTime;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>Writes and reads totals in blocks: a partition's memory, and what it sealed.</summary>
internal static class UsageBlocks
{
    public static void Write(ByteWriter writer, TextTable texts, PeriodUsage usage)
    {
        writer.Varint(usage.Meters.Count);
        foreach (var (key, total) in usage.Meters) Write(writer, texts, key, total);
        writer.Varint(usage.Calls.Count);
        foreach (var (key, total) in usage.Calls) Write(writer, texts, key, total);
    }

    public static void Write(ByteWriter writer, TextTable texts, MeterKey key, in MeterTotal total)
    {
        Write(writer, texts, key);
        Write(writer, texts, key.Aggregation, total);
    }

    public static void Write(ByteWriter writer, TextTable texts, MeterKey key)
    {
        writer.Varint(key.Revision);
        writer.Varint(texts.PlaceOf(key.Meter));
        writer.Byte((byte)key.Aggregation);
        writer.Varint(texts.PlaceOf(key.Dimensions));
    }

    public static void Write(ByteWriter writer, TextTable texts, Aggregation aggregation, in MeterTotal total)
    {
        writer.Varint(total.Count);
        writer.Wide(total.Nano);
        switch (total.More)
        {
            case HashSet<string> unique:
                writer.Varint(unique.Count);
                foreach (var text in unique) writer.Text(text);
                break;
            case LatestStamp latest:
                writer.Zigzag(latest.EventTime.ToUnixTimeTicks());
                writer.Varint(texts.PlaceOf(latest.Source));
                writer.Text(latest.Id);
                break;
            case UsageRun run:
                writer.Varint(run.Entries.Length);
                foreach (var entry in run.Entries)
                {
                    writer.Zigzag(entry.EventTime.ToUnixTimeTicks());
                    writer.Varint(texts.PlaceOf(entry.Source));
                    writer.Text(entry.Id);
                    writer.Wide(entry.Nano);
                    if (aggregation == Aggregation.Calls) writer.Wide(entry.Scaled);
                }

                break;
        }
    }

    public static void Write(ByteWriter writer, TextTable texts, CallKey key, in CallTotal total)
    {
        Write(writer, texts, key);
        Write(writer, total);
    }

    public static void Write(ByteWriter writer, TextTable texts, CallKey key)
    {
        writer.Varint(key.Revision);
        writer.Varint(texts.PlaceOf(key.Charge));
        writer.Varint(texts.PlaceOf(key.Destination));
    }

    public static void Write(ByteWriter writer, in CallTotal total)
    {
        // No total has no calls: a 0 says that costs come after it.
        if (total.HasCost) writer.Varint(0);
        writer.Varint(total.Calls);
        writer.Varint(total.Seconds);
        writer.Varint(total.BilledSeconds);
        writer.Wide(total.Scaled);
        if (!total.HasCost) return;
        writer.Varint(total.Costed);
        writer.Varint(total.Uncosted);
        writer.Wide(total.CostScaled);
    }

    public static PeriodUsage Read(ref ByteReader reader, string[] texts)
    {
        var usage = new PeriodUsage();
        for (var left = reader.Count(); left > 0; left--)
        {
            var (key, total) = ReadMeter(ref reader, texts);
            usage.Add(key, key.Aggregation, total);
        }

        for (var left = reader.Count(); left > 0; left--)
        {
            var (key, total) = ReadCall(ref reader, texts);
            usage.Add(key, total);
        }

        return usage;
    }

    public static (MeterKey Key, MeterTotal Total) ReadMeter(ref ByteReader reader, string[] texts)
    {
        var key = ReadMeterKey(ref reader, texts);
        return (key, ReadMeterTotal(ref reader, texts, key.Aggregation));
    }

    public static MeterKey ReadMeterKey(ref ByteReader reader, string[] texts)
    {
        var revision = reader.Count();
        var meter = texts[reader.Count()];
        var aggregation = (Aggregation)reader.Byte();
        return new MeterKey(revision, meter, aggregation, texts[reader.Count()]);
    }

    public static MeterTotal ReadMeterTotal(ref ByteReader reader, string[] texts, Aggregation aggregation)
    {
        var total = new MeterTotal { Count = (uint)reader.Varint(), Nano = reader.Wide() };
        if (aggregation == Aggregation.Unique)
        {
            var unique = new HashSet<string>(StringComparer.Ordinal);
            for (var left = reader.Count(); left > 0; left--) unique.Add(reader.Text());
            total.More = unique;
        }
        else if (aggregation == Aggregation.Latest)
        {
            var time = Instant.FromUnixTimeTicks(reader.Zigzag());
            var source = texts[reader.Count()];
            total.More = new LatestStamp(time, source, reader.Text());
        }
        else if (aggregation is Aggregation.TimeWeighted or Aggregation.Each or Aggregation.Calls)
        {
            var run = new UsageRun();
            for (var left = reader.Count(); left > 0; left--)
            {
                var time = Instant.FromUnixTimeTicks(reader.Zigzag());
                var source = texts[reader.Count()];
                var id = reader.Text();
                run.Add(new RunEntry(time, source, id, reader.Wide(), aggregation == Aggregation.Calls ? reader.Wide() : default));
            }

            total.More = run;
        }

        return total;
    }

    public static (CallKey Key, CallTotal Total) ReadCall(ref ByteReader reader, string[] texts) => (ReadCallKey(ref reader, texts), ReadCallTotal(ref reader));

    public static CallKey ReadCallKey(ref ByteReader reader, string[] texts)
    {
        var revision = reader.Count();
        var charge = texts[reader.Count()];
        return new CallKey(revision, charge, texts[reader.Count()]);
    }

    public static CallTotal ReadCallTotal(ref ByteReader reader)
    {
        var calls = (uint)reader.Varint();
        var hasCost = calls == 0;
        if (hasCost) calls = (uint)reader.Varint();
        var total = new CallTotal { Calls = calls, Seconds = (long)reader.Varint(), BilledSeconds = (long)reader.Varint(), Scaled = reader.Wide() };
        if (hasCost) (total.Costed, total.Uncosted, total.CostScaled) = ((uint)reader.Varint(), (uint)reader.Varint(), reader.Wide());
        return total;
    }
}
