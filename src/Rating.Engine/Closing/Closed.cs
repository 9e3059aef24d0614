using Rating.Domain;
using Rating.Domain.Invoicing;

namespace Rating.Engine.Closing;

/// <summary>What became of closes so far. It holds a few of the snapshots and the number of all: an account may have more than a process should hold.</summary>
internal sealed class Closed
{
    private readonly Lock _adding = new();
    private readonly List<Snapshot> _first = [];
    private readonly Dictionary<string, string> _parked = new(StringComparer.Ordinal);

    /// <summary>How many snapshots were made.</summary>
    public int SnapshotCount { get; private set; }

    /// <summary>The first of them that were told, at most <see cref="Limits.CloseSnapshotsListedMax"/>.</summary>
    public IReadOnlyList<Snapshot> Snapshots => [.. _first.OrderBy(one => one.Subscription.Value, StringComparer.Ordinal).ThenBy(one => one.Period.Number)];

    /// <summary>The subscriptions that could not be priced, and why.</summary>
    public IReadOnlyList<(string Subscription, string Why)> Parked => [.. _parked.Select(one => (one.Key, one.Value))];

    /// <summary>Whether a subscription could not be priced.</summary>
    public bool IsParked(string subscription) => _parked.ContainsKey(subscription);

    /// <summary>Adds what became of others; batches may be finished at the same time.</summary>
    public void Add(Closed more) => Add(more.SnapshotCount, more._first, more._parked.Select(one => (one.Key, one.Value)));

    /// <summary>Adds snapshots, or some of as many as there were, and what was parked.</summary>
    public void Add(int count, IEnumerable<Snapshot> snapshots, IEnumerable<(string Subscription, string Why)> parked)
    {
        lock (_adding)
        {
            SnapshotCount += count;
            _first.AddRange(snapshots.Take(Limits.CloseSnapshotsListedMax - _first.Count));
            foreach (var (subscription, why) in parked) _parked[subscription] = why;
        }
    }
}
