using NodaTime;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>The running totals of one subscription in one partition.</summary>
internal sealed class Accumulator
{
    private MeterSlot[] _meters = [];
    private CallSlot[] _calls = [];

    /// <summary>Whether it changed since the last checkpoint.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The latest event time that counts in it.</summary>
    public Instant Latest { get; private set; } = Instant.MinValue;

    public ReadOnlySpan<MeterSlot> Meters => _meters;

    public ReadOnlySpan<CallSlot> Calls => _calls;

    public bool IsEmpty => _meters.Length == 0 && _calls.Length == 0;

    public void SawEvent(Instant time)
    {
        if (time > Latest) Latest = time;
    }

    public ref MeterTotal Meter(int key)
    {
        for (var i = 0; i < _meters.Length; i++)
            if (_meters[i].Key == key) return ref _meters[i].Total;
        Array.Resize(ref _meters, _meters.Length + 1);
        _meters[^1].Key = key;
        return ref _meters[^1].Total;
    }

    public ref CallTotal Call(int key)
    {
        for (var i = 0; i < _calls.Length; i++)
            if (_calls[i].Key == key) return ref _calls[i].Total;
        Array.Resize(ref _calls, _calls.Length + 1);
        _calls[^1].Key = key;
        return ref _calls[^1].Total;
    }

    /// <summary>Takes out what is billed with a period up to and with this one.</summary>
    public void RemoveThrough(int billing, SlotKeys keys)
    {
        _meters = Array.FindAll(_meters, slot => keys.Meter(slot.Key).Billing > billing);
        _calls = Array.FindAll(_calls, slot => keys.Call(slot.Key).Billing > billing);
    }

    /// <summary>What it holds, by billing and usage period; with copies of all that can change.</summary>
    public SortedDictionary<(int Billing, int Usage), PeriodUsage> ByPeriod(SlotKeys keys)
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
