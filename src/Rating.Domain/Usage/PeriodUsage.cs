namespace Rating.Domain.Usage;

/// <summary>All usage of one subscription in one period: what a period is priced from, and what a snapshot keeps.</summary>
public sealed class PeriodUsage
{
    /// <summary>Figures per plan revision, meter and dimensions.</summary>
    public SortedDictionary<MeterKey, MeterTotal> Meters { get; } = [];

    /// <summary>Calls per plan revision, charge and destination.</summary>
    public SortedDictionary<CallKey, CallTotal> Calls { get; } = [];

    /// <summary>Whether nothing was used.</summary>
    public bool IsEmpty => Meters.Count == 0 && Calls.Count == 0;

    /// <summary>Takes a total into its place.</summary>
    public void Add(MeterKey key, Aggregation aggregation, in MeterTotal total)
    {
        Meters.TryGetValue(key, out var mine);
        mine.Combine(aggregation, total);
        Meters[key] = mine;
    }

    /// <summary>Takes a total into its place.</summary>
    public void Add(CallKey key, in CallTotal total)
    {
        Calls.TryGetValue(key, out var mine);
        mine.Combine(total);
        Calls[key] = mine;
    }

    /// <summary>Takes all of another usage of the same subscription and period, of another partition or a later arrival.</summary>
    public void Add(PeriodUsage other)
    {
        foreach (var (key, total) in other.Meters) Add(key, key.Aggregation, total);
        foreach (var (key, total) in other.Calls) Add(key, total);
    }
}
