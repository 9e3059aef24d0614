using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What the slots of a partition stand for. Subscriptions of the same plan and schedule share keys, so that a slot holds a number instead of names.</summary>
internal sealed class SlotKeys
{
    private readonly List<(int Billing, int Usage, MeterKey Key)> _meters = [];
    private readonly List<(int Billing, int Usage, CallKey Key)> _calls = [];
    private readonly Dictionary<(int, int, MeterKey), int> _meterPlaces = [];
    private readonly Dictionary<(int, int, CallKey), int> _callPlaces = [];
    private readonly Dictionary<Fast, int> _fast = [];
    private int _storedMeters;
    private int _storedCalls;

    public (int Billing, int Usage, MeterKey Key) Meter(int place) => _meters[place];

    public (int Billing, int Usage, CallKey Key) Call(int place) => _calls[place];

    public int PlaceOf(int billing, int usage, PlanRevision revision, Meter meter, string dimensions)
    {
        var fast = new Fast(meter, dimensions, billing, usage, revision.Id);
        if (!_fast.TryGetValue(fast, out var place)) _fast[fast] = place = PlaceOf(billing, usage, new MeterKey(revision.Id, meter.Key, meter.Aggregation, dimensions));
        return place;
    }

    public int PlaceOf(int billing, int usage, PlanRevision revision, string charge, string destination)
    {
        var fast = new Fast(charge, destination, billing, usage, revision.Id);
        if (!_fast.TryGetValue(fast, out var place)) _fast[fast] = place = PlaceOf(billing, usage, new CallKey(revision.Id, charge, destination));
        return place;
    }

    public int PlaceOf(int billing, int usage, MeterKey key)
    {
        if (_meterPlaces.TryGetValue((billing, usage, key), out var place)) return place;
        _meters.Add((billing, usage, key));
        return _meterPlaces[(billing, usage, key)] = _meters.Count - 1;
    }

    public int PlaceOf(int billing, int usage, CallKey key)
    {
        if (_callPlaces.TryGetValue((billing, usage, key), out var place)) return place;
        _calls.Add((billing, usage, key));
        return _callPlaces[(billing, usage, key)] = _calls.Count - 1;
    }

    /// <summary>Writes the keys that came since the last block, or all.</summary>
    public void Write(ByteWriter writer, TextTable texts, bool all)
    {
        if (all) (_storedMeters, _storedCalls) = (0, 0);
        writer.Varint(_storedMeters);
        writer.Varint(_meters.Count - _storedMeters);
        foreach (var (billing, usage, key) in CollectionsMarshal.AsSpan(_meters)[_storedMeters..])
        {
            writer.Zigzag(billing);
            writer.Zigzag(usage);
            UsageBlocks.Write(writer, texts, key);
        }

        writer.Varint(_storedCalls);
        writer.Varint(_calls.Count - _storedCalls);
        foreach (var (billing, usage, key) in CollectionsMarshal.AsSpan(_calls)[_storedCalls..])
        {
            writer.Zigzag(billing);
            writer.Zigzag(usage);
            UsageBlocks.Write(writer, texts, key);
        }

        (_storedMeters, _storedCalls) = (_meters.Count, _calls.Count);
    }

    /// <summary>Takes up what <see cref="Write"/> wrote: every key gets the place that it had.</summary>
    public void Read(ref ByteReader reader, string[] texts)
    {
        Invariant.Holds(reader.Count() == _meters.Count, "stored memory does not follow the block before: a meter's key is missing");
        for (var left = reader.Count(); left > 0; left--) PlaceOf((int)reader.Zigzag(), (int)reader.Zigzag(), UsageBlocks.ReadMeterKey(ref reader, texts));
        Invariant.Holds(reader.Count() == _calls.Count, "stored memory does not follow the block before: a call's key is missing");
        for (var left = reader.Count(); left > 0; left--) PlaceOf((int)reader.Zigzag(), (int)reader.Zigzag(), UsageBlocks.ReadCallKey(ref reader, texts));
        (_storedMeters, _storedCalls) = (_meters.Count, _calls.Count);
    }

    // By reference, because it is asked for every record: the catalog's own objects stay the same ones.
    private readonly record struct Fast(object Of, string Detail, int Billing, int Usage, int Revision)
    {
        public bool Equals(Fast other) => ReferenceEquals(Of, other.Of) && Billing == other.Billing && Usage == other.Usage && Revision == other.Revision && string.Equals(Detail, other.Detail, StringComparison.Ordinal);

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Of), Detail.GetHashCode(StringComparison.Ordinal), Billing, Usage, Revision);
    }
}
