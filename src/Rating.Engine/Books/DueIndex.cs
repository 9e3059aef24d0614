using NodaTime;

namespace Rating.Engine.Books;

/// <summary>When the next period of each subscription ends: a look finds what is over without passing over what is not. Follows from the book, so it is in the memory that the book is in.</summary>
/// <remarks>Four bytes and a little per subscription: places that are outdated stay until there are as many as others, and whoever looks checks them. Written under the book's write lock, read under its read lock.</remarks>
public sealed class DueIndex
{
    private readonly IReadOnlyList<SubscriptionEntry> _entries;
    private readonly SortedDictionary<Instant, Bucket>[] _kinds = [[], [], []];

    internal DueIndex(IReadOnlyList<SubscriptionEntry> entries) => _entries = entries;

    /// <summary>What comes next of a subscription.</summary>
    private enum Kind
    {
        /// <summary>A period that is followed by another: usage grace is waited for.</summary>
        Period = 0,

        /// <summary>Its last one, or a credit that it is owed.</summary>
        Last = 1,

        /// <summary>Nothing but late usage.</summary>
        Ended = 2,
    }

    /// <summary>Subscriptions whose next period ends until a moment.</summary>
    public IEnumerable<SubscriptionEntry> Ending(Instant until) => Of(Kind.Period, until);

    /// <summary>Subscriptions whose last period ends until a moment, and those that are owed a credit.</summary>
    public IEnumerable<SubscriptionEntry> EndingForGood(Instant until) => Of(Kind.Last, until);

    /// <summary>Subscriptions that are closed to their end.</summary>
    public IEnumerable<SubscriptionEntry> Ended => Of(Kind.Ended, Instant.MaxValue);

    /// <summary>Adds a subscription.</summary>
    internal void Add(SubscriptionEntry entry) => Put(entry, PlaceOf(entry));

    /// <summary>Changes a subscription.</summary>
    internal void Change(SubscriptionEntry entry, Action change)
    {
        var before = PlaceOf(entry);
        change();
        var after = PlaceOf(entry);
        if (after == before) return;
        Put(entry, after);
        var (places, left) = (_kinds[(int)before.Kind], _kinds[(int)before.Kind][before.At]);
        if (++left.Outdated * 2 <= left.Entries.Count) return;
        // Each once: one that left and came back stands there twice.
        left.Entries = [.. left.Entries.Distinct().Where(index => PlaceOf(_entries[index]) == before)];
        left.Outdated = 0;
        if (left.Entries.Count == 0) places.Remove(before.At);
    }

    private IEnumerable<SubscriptionEntry> Of(Kind kind, Instant until)
    {
        foreach (var (at, bucket) in _kinds[(int)kind])
        {
            if (at > until) yield break;
            foreach (var index in bucket.Outdated == 0 ? bucket.Entries : bucket.Entries.Distinct())
                if (_entries[index] is var entry && (bucket.Outdated == 0 || PlaceOf(entry) == (kind, at))) yield return entry;
        }
    }

    private void Put(SubscriptionEntry entry, (Kind Kind, Instant At) place)
    {
        if (!_kinds[(int)place.Kind].TryGetValue(place.At, out var bucket)) _kinds[(int)place.Kind][place.At] = bucket = new Bucket();
        bucket.Entries.Add(entry.Index);
    }

    private static (Kind Kind, Instant At) PlaceOf(SubscriptionEntry entry)
    {
        var subscription = entry.Subscription;
        if (entry.NextClosing > subscription.LastPeriod) return entry.OwesCredit ? (Kind.Last, Instant.MinValue) : (Kind.Ended, Instant.MinValue);
        var end = subscription.Schedule.Period(entry.NextClosing).EndInstant;
        return subscription.EndInstant is { } last && last <= end ? (Kind.Last, last) : (Kind.Period, end);
    }

    private sealed class Bucket
    {
        public List<int> Entries { get; set; } = new(1);

        public int Outdated { get; set; }
    }
}
