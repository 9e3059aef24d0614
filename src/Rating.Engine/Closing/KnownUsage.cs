using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Books;

namespace Rating.Engine.Closing;

/// <summary>All usage of a subscription that is known at some point, by the period in which it was used, so that a period knows what earlier ones left behind.</summary>
internal sealed class KnownUsage
{
    private readonly SubscriptionEntry _entry;
    private readonly SortedDictionary<int, PeriodUsage> _usage = [];
    private readonly Dictionary<int, long> _frozen = [];

    private KnownUsage(SubscriptionEntry entry) => _entry = entry;

    /// <summary>What snapshots have.</summary>
    public static KnownUsage Of(SubscriptionEntry entry, IReadOnlyList<Snapshot> snapshots)
    {
        var known = new KnownUsage(entry);
        foreach (var snapshot in snapshots)
        {
            if (snapshot.Kind == SnapshotKind.Period)
            {
                known._frozen[snapshot.Period.Number] = snapshot.BookSequence;
                known.Take(snapshot.Period.Number, snapshot.Usage);
            }

            foreach (var (period, late) in snapshot.LateUsage) known.Take(period, late);
        }

        return known;
    }

    /// <summary>This, and more.</summary>
    public KnownUsage With(IEnumerable<KeyValuePair<int, PeriodUsage>> more)
    {
        var all = new KnownUsage(_entry);
        foreach (var (period, sequence) in _frozen) all._frozen[period] = sequence;
        foreach (var (period, usage) in _usage) all.Take(period, usage);
        foreach (var (period, usage) in more) all.Take(period, usage);
        return all;
    }

    /// <summary>Whether later periods depend on it: a level is held, or free units are left.</summary>
    public bool ReachesOn => HasLevels || _entry.CarriesUnits;

    private bool HasLevels => _usage.Values.Any(usage => usage.Meters.Keys.Any(key => key.Aggregation == Aggregation.TimeWeighted));

    /// <summary>The usage of a period.</summary>
    public PeriodUsage In(int period) => _usage.GetValueOrDefault(period) ?? new PeriodUsage();

    /// <summary>The book sequence that froze a period; null for one that has no snapshot.</summary>
    public long? FrozenAt(int period) => _frozen.TryGetValue(period, out var sequence) ? sequence : null;

    /// <summary>The periods that have a snapshot.</summary>
    public IEnumerable<int> Snapshots => _frozen.Keys.Order();

    /// <summary>What earlier periods have left behind at the start of a period.</summary>
    public PeriodStart StartOf(int period) => new(HeldAt(period), LeftAt(period));

    // Free units: every period from the first grants some, used or not.
    private IReadOnlyList<AllowanceGrant> LeftAt(int period)
    {
        IReadOnlyList<AllowanceGrant> left = [];
        if (!_entry.CarriesUnits) return left;
        for (var earlier = _entry.Subscription.FirstPeriod; earlier < period; earlier++)
        {
            var terms = _entry.Tenant.Terms(_entry, earlier, FrozenAt(earlier));
            left = Price.Arrears(terms, In(earlier), terms.Period.End, new PeriodStart(HeldAt(earlier), left)).Left;
        }

        return left;
    }

    private HeldLevels HeldAt(int period)
    {
        var held = HeldLevels.None;
        if (!HasLevels) return held;
        foreach (var (earlier, usage) in _usage)
            if (earlier < period) held = held.After(_entry.Tenant.Terms(_entry, earlier, FrozenAt(earlier)), usage);
        return held;
    }

    private void Take(int period, PeriodUsage more)
    {
        if (!_usage.TryGetValue(period, out var usage)) _usage[period] = usage = new PeriodUsage();
        usage.Add(more);
    }
}
