namespace Rating.Engine.Partitions;

/// <content>Which subscriptions have usage here: a running charge asks only the partitions that have some, and is read where most of it is.</content>
internal sealed partial class UsagePartition
{
    private readonly HoldingChanges _holdings = new();
    // Those of the checkpoint on its way to the store whose weight changed.
    private readonly List<int> _weighed = [];
    private long _newestHolding;

    /// <summary>0 when a subscription has had no usage here, else the more the more records are in its totals.</summary>
    public byte WeightOf(int subscription) => _accumulators.WeightOf(subscription);

    /// <summary>When a subscription last had its first usage here: what other processes asked before that does not have it.</summary>
    public TimeSpan SinceNewestHolding => _time.GetElapsedTime(Volatile.Read(ref _newestHolding));

    /// <summary>What changed since an owner of this epoch had told so many changes; all under another epoch. Waits for nobody, and nobody waits for it.</summary>
    public PartitionHoldings HoldingsSince(long epoch, long version, long lag)
    {
        // In this order: what the book did to the totals is among the changes before the partition says that it took the change up.
        var tookUp = TookUp;
        var (now, changed) = _holdings.Since(epoch == _epoch ? version : -1);
        var held = changed?.Select(subscription => (subscription, WeightOf(subscription))) ?? _accumulators.Weights;
        return new PartitionHoldings(_epoch, changed is null ? -1 : version, now, tookUp, lag, PartitionHoldings.Write([.. held]));
    }

    private void Hold(int subscription)
    {
        _accumulators.Weigh(subscription, 1);
        _holdings.Add(subscription);
        // In this order: whoever asks later than that is told of it.
        Volatile.Write(ref _newestHolding, _time.GetTimestamp());
    }

    // Between two checkpoints a weight may be behind: only whether there is one must be exact.
    private void WeighChanged()
    {
        foreach (var index in _weighed)
        {
            _accumulators.Weigh(index, _accumulators[index].Weigh());
            _holdings.Add(index);
        }

        _weighed.Clear();
    }

    private void WeighLoaded()
    {
        foreach (var index in _accumulators.Subscriptions) _accumulators.Weigh(index, _accumulators[index].Weigh());
        _newestHolding = _time.GetTimestamp();
    }
}
