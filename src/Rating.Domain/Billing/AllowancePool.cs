using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Domain.Billing;

/// <summary>The free units that subscriptions of one account share in one cycle, and what they cover.</summary>
internal sealed class AllowancePool
{
    private readonly SortedDictionary<string, Quantity> _left = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Subscription, CallKey Key), (Quantity Covered, Int128 Scaled)> _calls = [];

    /// <summary>Adds up what each subscription brings, and covers their calls in the order of time.</summary>
    public AllowancePool(IReadOnlyList<(PeriodTerms Terms, PeriodUsage Usage)> members)
    {
        foreach (var (terms, _) in members)
            foreach (var revision in terms.Spans.Select(span => span.Revision).Distinct())
                foreach (var allowance in revision.Allowances)
                    if (allowance.IsPooled && PeriodAllowances.GrantOf(terms, revision, allowance) is { } grant) _left[allowance.Key] = _left.GetValueOrDefault(allowance.Key) + grant.Left;
        Granted = new SortedDictionary<string, Quantity>(_left, StringComparer.Ordinal);
        CoverCalls(members);
    }

    /// <summary>What was granted, by allowance.</summary>
    public IReadOnlyDictionary<string, Quantity> Granted { get; }

    /// <summary>What is left, by allowance.</summary>
    public IReadOnlyDictionary<string, Quantity> Left => _left;

    /// <summary>Takes units out of an allowance, as many as there are.</summary>
    public Quantity Take(string allowance, Quantity wanted)
    {
        var left = _left.GetValueOrDefault(allowance);
        var taken = left < wanted ? left : wanted;
        _left[allowance] = left - taken;
        return taken;
    }

    /// <summary>What is covered of a subscription's calls to a destination; null where none is.</summary>
    public (Quantity Covered, Int128 Scaled)? CallsOf(SubscriptionId subscription, CallKey key) => _calls.TryGetValue((subscription.Value, key), out var covered) ? covered : null;

    private void CoverCalls(IReadOnlyList<(PeriodTerms Terms, PeriodUsage Usage)> members)
    {
        var calls = new List<(CoveredCall Call, PlanRevision Revision)>();
        foreach (var (terms, usage) in members)
            foreach (var revision in terms.Spans.Select(span => span.Revision).Distinct())
            {
                var pooled = revision.Allowances.Where(allowance => allowance.IsPooled).ToList();
                calls.AddRange(CoveredCall.InOrder(usage, revision, terms.Subscription.Value, key => pooled.Exists(allowance => allowance.Covers(key.Charge, key.Destination))).Select(call => (call, revision)));
            }

        calls.Sort(static (a, b) => CoveredCall.Compare(a.Call, b.Call));
        foreach (var key in _left.Keys.ToList())
            foreach (var (call, revision) in calls)
                if (revision.Allowances.Any(allowance => allowance.IsPooled && string.Equals(allowance.Key, key, StringComparison.Ordinal) && allowance.Covers(call.Key.Charge, call.Key.Destination))) call.Cover(Take(key, call.Rest));
        foreach (var group in calls.GroupBy(one => one.Call.Subscription, StringComparer.Ordinal))
            foreach (var (key, covered) in CoveredCall.Sums(group.Select(one => one.Call)))
                if (covered.Covered > Quantity.Zero) _calls[(group.Key, key)] = covered;
    }
}
