using System.Numerics;
using NodaTime;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>The running totals of one subscription in one partition.</summary>
internal struct Accumulator()
{
    private MeterSlot[] _meters = [];
    private CallSlot[] _calls = [];

    /// <summary>The latest event time that counts in it, in 100 ns since the Unix epoch; <see cref="long.MinValue"/> before the first.</summary>
    public long LatestTicks { get; private set; } = long.MinValue;

    public readonly Span<MeterSlot> Meters => _meters;

    public readonly Span<CallSlot> Calls => _calls;

    public readonly bool IsEmpty => _meters.Length == 0 && _calls.Length == 0;

    public void SawEvent(Instant time) => LatestTicks = Math.Max(LatestTicks, time.ToUnixTimeTicks());

    /// <summary>Where something is about to be added.</summary>
    public ref MeterSlot Meter(int key)
    {
        var i = 0;
        while (i < _meters.Length && _meters[i].Key != key) i++;
        if (i == _meters.Length)
        {
            Array.Resize(ref _meters, i + 1);
            _meters[i] = new MeterSlot(key);
        }

        _meters[i].IsDirty = true;
        return ref _meters[i];
    }

    /// <summary>Where something is about to be added.</summary>
    public ref CallSlot Call(int key)
    {
        var i = 0;
        while (i < _calls.Length && _calls[i].Key != key) i++;
        if (i == _calls.Length)
        {
            Array.Resize(ref _calls, i + 1);
            _calls[i] = new CallSlot(key);
        }

        _calls[i].IsDirty = true;
        return ref _calls[i];
    }

    /// <summary>Has the memory fetched that adding to it will need.</summary>
    public readonly int Touch() => (_meters.Length > 0 ? _meters[0].Key : 0) + (_calls.Length > 0 ? _calls[0].Key : 0);

    /// <summary>What its weight is now: one, and one for each binary digit of the number of records in it.</summary>
    public readonly byte Weigh()
    {
        if (LatestTicks == long.MinValue) return 0;
        var records = 0UL;
        foreach (var slot in _meters) records += slot.Count;
        foreach (var slot in _calls) records += slot.Count;
        return (byte)(65 - BitOperations.LeadingZeroCount(records));
    }

    /// <summary>All of it is stored.</summary>
    public readonly void Stored()
    {
        foreach (ref var slot in _meters.AsSpan())
            if (slot.IsDirty) slot.IsDirty = false;
        foreach (ref var slot in _calls.AsSpan())
            if (slot.IsDirty) slot.IsDirty = false;
    }

    /// <summary>The first period in which any of it was used; null when it is empty.</summary>
    public int? FirstUsedIn(SlotKeys keys)
    {
        int? first = null;
        foreach (var slot in _meters) first = Math.Min(first ?? int.MaxValue, keys.Meter(slot.Key).Usage);
        foreach (var slot in _calls) first = Math.Min(first ?? int.MaxValue, keys.Call(slot.Key).Usage);
        return first;
    }

    /// <summary>Takes out what is billed with a period up to and with this one.</summary>
    public void RemoveThrough(int billing, SlotKeys keys)
    {
        _meters = Array.FindAll(_meters, slot => keys.Meter(slot.Key).Billing > billing);
        _calls = Array.FindAll(_calls, slot => keys.Call(slot.Key).Billing > billing);
    }

    /// <summary>What it holds, by billing and usage period; with copies of all that can change.</summary>
    public readonly SortedDictionary<(int Billing, int Usage), PeriodUsage> ByPeriod(SlotKeys keys)
    {
        var all = new SortedDictionary<(int, int), PeriodUsage>();
        foreach (var slot in _meters)
        {
            var (billing, usage, key) = keys.Meter(slot.Key);
            Of(all, billing, usage).Add(key, key.Aggregation, slot.Total.Copy());
        }

        foreach (var slot in _calls)
        {
            var (billing, usage, key) = keys.Call(slot.Key);
            Of(all, billing, usage).Add(key, slot.Total);
        }

        return all;
    }

    private static PeriodUsage Of(SortedDictionary<(int, int), PeriodUsage> all, int billing, int usage)
    {
        if (!all.TryGetValue((billing, usage), out var one)) all[(billing, usage)] = one = new PeriodUsage();
        return one;
    }
}
