using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>The calls of one subscription to one destination: which (by its place in <see cref="SlotKeys"/>), and their total, in less than a cache line.</summary>
internal struct CallSlot
{
    // Below zero where the total changed since the last checkpoint; the price stands in halves, because a whole one would be aligned to 16 bytes.
    private int _key;
    private uint _calls;
    private long _seconds;
    private long _billedSeconds;
    private ulong _low;
    private ulong _high;
    // Most charges know no cost.
    private Costs? _costs;

    public CallSlot(int key) => _key = key;

    public readonly int Key => _key & int.MaxValue;

    /// <summary>How many calls are in it.</summary>
    public readonly uint Count => _calls;

    /// <summary>Whether it changed since the last checkpoint.</summary>
    public bool IsDirty
    {
        readonly get => _key < 0;
        set => _key = value ? _key | int.MinValue : _key & int.MaxValue;
    }

    public CallTotal Total
    {
        readonly get
        {
            var total = new CallTotal { Calls = _calls, Seconds = _seconds, BilledSeconds = _billedSeconds, Scaled = unchecked((Int128)new UInt128(_high, _low)) };
            if (_costs is not null) (total.Costed, total.Uncosted, total.CostScaled) = (_costs.Costed, _costs.Uncosted, _costs.Scaled);
            return total;
        }

        set
        {
            var scaled = unchecked((UInt128)value.Scaled);
            (_calls, _seconds, _billedSeconds) = (value.Calls, value.Seconds, value.BilledSeconds);
            unchecked
            {
                (_low, _high) = ((ulong)scaled, (ulong)(scaled >> 64));
            }

            if (!value.HasCost) return;
            _costs ??= new Costs();
            (_costs.Costed, _costs.Uncosted, _costs.Scaled) = (value.Costed, value.Uncosted, value.CostScaled);
        }
    }

    public void Add(long seconds, long billedSeconds, Money amount, CallCost cost = default)
    {
        var total = Total;
        total.Add(seconds, billedSeconds, amount, cost);
        Total = total;
    }

    private sealed class Costs
    {
        public uint Costed;
        public uint Uncosted;
        public Int128 Scaled;
    }
}
