using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>All records of one subscription that count, over all partitions, by the period in which they count.</summary>
internal sealed class SubscriptionUsage
{
    private readonly SortedDictionary<int, List<ReplayedRecord>> _byUsagePeriod = [];

    public void Add(ReplayedRecord record)
    {
        if (!_byUsagePeriod.TryGetValue(record.UsagePeriod, out var list)) _byUsagePeriod[record.UsagePeriod] = list = [];
        list.Add(record);
    }

    public IEnumerable<int> UsagePeriods => _byUsagePeriod.Keys;

    public IEnumerable<int> BillingPeriods => _byUsagePeriod.Values.SelectMany(list => list).Where(r => r.Counts).Select(r => r.BillingPeriod).Distinct();

    public IEnumerable<ReplayedRecord> BilledUpTo(int period) => _byUsagePeriod.Values.SelectMany(list => list).Where(r => r.Counts && r.BillingPeriod <= period);

    /// <summary>The periods before whose late usage is billed with a period.</summary>
    public IEnumerable<int> LatePeriods(int billingPeriod) =>
        _byUsagePeriod.Where(p => p.Key != billingPeriod && p.Value.Exists(r => r.Counts && r.BillingPeriod == billingPeriod)).Select(p => p.Key);

    /// <summary>The usage of a period as far as it is billed with certain periods.</summary>
    public Usage Of(int usagePeriod, Func<int, bool> billedWith)
    {
        var usage = new Usage();
        foreach (var record in _byUsagePeriod.GetValueOrDefault(usagePeriod, []))
            if (record.Counts && billedWith(record.BillingPeriod)) usage.Add(record.Measured, record.Calls);
        return usage;
    }
}
