using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>One figure of one subscription: which (by its place in <see cref="SlotKeys"/>), and its total, in 24 bytes.</summary>
internal struct MeterSlot
{
    // Below zero where the total changed since the last checkpoint.
    private int _key;
    private uint _count;
    // Where it has the room; else the figure stands beside, in a Wide.
    private long _nano;
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
        readonly get => _more is Wide wide ? new() { Count = _count, Nano = wide.Nano, More = wide.More } : new() { Count = _count, Nano = _nano, More = _more };
        set
        {
            (_count, _nano) = (value.Count, unchecked((long)value.Nano));
            if (_nano == value.Nano)
            {
                _more = value.More;
                return;
            }

            var wide = _more as Wide ?? new Wide();
            (wide.Nano, wide.More, _more) = (value.Nano, value.More, wide);
        }
    }

    public void Add(Aggregation aggregation, Quantity value, UsageRecord record, string uniqueText, Int128 scaled = default)
    {
        var total = Total;
        total.Add(aggregation, value, record, uniqueText, scaled);
        Total = total;
    }

    private sealed class Wide
    {
        public Int128 Nano;
        public object? More;
    }
}
