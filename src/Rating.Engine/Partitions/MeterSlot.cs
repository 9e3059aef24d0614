using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>One figure of one subscription: which (by its place in <see cref="SlotKeys"/>), and its total, in half a cache line.</summary>
internal struct MeterSlot
{
    // The key is below zero where the total changed since the last checkpoint; the sum stands in halves, because a whole one would be aligned to 16 bytes.
    private int _key;
    private uint _count;
    private ulong _low;
    private ulong _high;
    private object? _more;

    public MeterSlot(int key) => _key = key;

    public readonly int Key => _key & int.MaxValue;

    /// <summary>How many events are in it.</summary>
    public readonly uint Count => _count;

    /// <summary>Whether it changed since the last checkpoint.</summary>
    public bool IsDirty
    {
        readonly get => _key < 0;
        set => _key = value ? _key | int.MinValue : _key & int.MaxValue;
    }

    public MeterTotal Total
    {
        readonly get => new() { Count = _count, Nano = unchecked((Int128)new UInt128(_high, _low)), More = _more };
        set
        {
            var nano = unchecked((UInt128)value.Nano);
            unchecked
            {
                (_count, _low, _high, _more) = (value.Count, (ulong)nano, (ulong)(nano >> 64), value.More);
            }
        }
    }

    public void Add(Aggregation aggregation, Quantity value, UsageRecord record, string uniqueText, Int128 scaled = default)
    {
        var total = Total;
        total.Add(aggregation, value, record, uniqueText, scaled);
        Total = total;
    }
}
