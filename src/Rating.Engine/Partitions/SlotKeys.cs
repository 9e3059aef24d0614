using System.Runtime.CompilerServices;
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

    // By reference, because it is asked for every record: the catalog's own objects stay the same ones.
    private readonly record struct Fast(object Of, string Detail, int Billing, int Usage, int Revision)
    {
        public bool Equals(Fast other) => ReferenceEquals(Of, other.Of) && Billing == other.Billing && Usage == other.Usage && Revision == other.Revision && string.Equals(Detail, other.Detail, StringComparison.Ordinal);

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Of), Detail.GetHashCode(StringComparison.Ordinal), Billing, Usage, Revision);
    }
}
