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

    /// <summary>When the last record was taken in that counts, in milliseconds; null without any.</summary>
    public long? LastIngest => _byUsagePeriod.Values.SelectMany(list => list).Where(r => r.Counts).Max(r => (long?)r.Log.IngestTimeMs);

    public IEnumerable<int> BillingPeriods => _byUsagePeriod.Values.SelectMany(list => list).Where(r => r.Counts).Select(r => r.BillingPeriod).Distinct();

    public IEnumerable<ReplayedRecord> BilledUpTo(int period) => _byUsagePeriod.Values.SelectMany(list => list).Where(r => r.Counts && r.BillingPeriod <= period);

    /// <summary>All that is used in a period; null where records counted once that do not any more.</summary>
    public IEnumerable<Measured>? MostIn(int usagePeriod) =>
        _byUsagePeriod.GetValueOrDefault(usagePeriod, []) is var records && records.TrueForAll(r => r.Counts) ? records.SelectMany(r => r.Measured) : null;

    /// <summary>The periods before whose late usage is billed with a period.</summary>
    public IEnumerable<int> LatePeriods(int billingPeriod) =>
        _byUsagePeriod.Where(p => p.Key != billingPeriod && p.Value.Exists(r => r.Counts && r.BillingPeriod == billingPeriod)).Select(p => p.Key);

    /// <summary>The periods before whose lines change with what is billed late with a period: its own, and those that inherit a level or free units from it.</summary>
    public IEnumerable<int> PeriodsChangedWith(int billingPeriod, Func<int, bool> carriesOn)
    {
        var late = LatePeriods(billingPeriod).ToList();
        if (late.Count == 0) return [];
        var passesOn = late.Where(p => carriesOn(p) || _byUsagePeriod[p].Exists(r => r.Counts && r.BillingPeriod == billingPeriod && r.Measured.Any(HoldsLevel))).ToList();
        var inherited = passesOn.Count == 0 ? [] : Enumerable.Range(passesOn[0] + 1, Math.Max(0, billingPeriod - passesOn[0] - 1));
        return late.Union(inherited).Order();
    }

    /// <summary>The usage of a period as far as it is billed with certain periods, and the levels that it begins with.</summary>
    public Usage Of(int usagePeriod, Func<int, bool> billedWith, Func<int, bool>? knows = null)
    {
        var usage = new Usage();
        foreach (var record in _byUsagePeriod.GetValueOrDefault(usagePeriod, []))
            if (record.Counts && billedWith(record.BillingPeriod)) usage.Add(record.Measured, record.Calls);
        foreach (var record in _byUsagePeriod.TakeWhile(p => p.Key < usagePeriod).SelectMany(p => p.Value))
            if (record.Counts && (knows ?? billedWith)(record.BillingPeriod)) usage.Earlier.AddRange(record.Measured.Where(HoldsLevel));
        return usage;
    }

    private static bool HoldsLevel(Measured measured) => measured.Meter.IsTimeWeighted && measured.Meter.Level.Carry;
}
