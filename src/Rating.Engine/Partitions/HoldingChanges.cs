namespace Rating.Engine.Partitions;

/// <summary>Counts and remembers the last changes of what a partition holds, so that another process asks only for what is new to it.</summary>
internal sealed class HoldingChanges
{
    // Whoever is further behind gets all that is held.
    private const int RememberedMax = 4096;
    private readonly Lock _gate = new();
    private readonly List<int> _subscriptions = [];
    private long _forgotten;

    /// <summary>Takes a change of a subscription (by index).</summary>
    public void Add(int subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.Count == RememberedMax)
            {
                _forgotten += RememberedMax;
                _subscriptions.Clear();
            }

            _subscriptions.Add(subscription);
        }
    }

    /// <summary>How many changes there have been, and which subscriptions those after the first so many concern; null when they are not remembered.</summary>
    public (long Version, IReadOnlyList<int>? Subscriptions) Since(long version)
    {
        lock (_gate)
        {
            var now = _forgotten + _subscriptions.Count;
            return (now, version < _forgotten || version > now ? null : [.. _subscriptions.Skip((int)(version - _forgotten)).Distinct()]);
        }
    }
}
