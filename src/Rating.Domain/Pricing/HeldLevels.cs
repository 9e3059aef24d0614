using System.Numerics;
using NodaTime;
using Rating.Domain.Billing;
using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>Levels of time-weighted meters at the start of a period, by meter and dimensions: what earlier periods left behind.</summary>
public sealed class HeldLevels
{
    private readonly Dictionary<(string Meter, string Dimensions), Int128> _levels = [];

    /// <summary>Before any usage.</summary>
    public static HeldLevels None { get; } = new();

    /// <summary>Levels at the end of a period, from these at its start.</summary>
    public HeldLevels After(PeriodTerms terms, PeriodUsage usage)
    {
        var after = new HeldLevels();
        foreach (var (key, level) in _levels) after._levels[key] = level;
        foreach (var key in usage.Meters.Keys.Where(key => key.Aggregation == Aggregation.TimeWeighted).Select(key => (key.Meter, key.Dimensions)).Distinct())
            if (MeterOf(terms, key.Meter) is { } meter)
                foreach (var entry in Events(usage, key.Meter, key.Dimensions).Entries) after._levels[key] = Next(meter, after.Level(meter, key.Dimensions), entry);
        return after;
    }

    /// <summary>The combinations of dimensions that have a level in a period.</summary>
    public IEnumerable<string> Dimensions(Meter meter, PeriodUsage usage)
    {
        var all = new SortedSet<string>(StringComparer.Ordinal);
        if (meter.Dimensions.Length == 0) all.Add("");
        if (meter.Level.Carries) all.UnionWith(_levels.Keys.Where(key => string.Equals(key.Meter, meter.Key, StringComparison.Ordinal)).Select(key => key.Dimensions));
        all.UnionWith(usage.Meters.Keys.Where(key => key.Aggregation == Aggregation.TimeWeighted && string.Equals(key.Meter, meter.Key, StringComparison.Ordinal)).Select(key => key.Dimensions));
        return all;
    }

    /// <summary>The sum of level (10^-9) times duration (100 ns) over some stretches of time, of events of all plan revisions.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="dimensions">The combination of dimensions.</param>
    /// <param name="usage">The usage of the whole period.</param>
    /// <param name="stretches">The stretches of time, one after another.</param>
    public BigInteger LevelTicks(Meter meter, string dimensions, PeriodUsage usage, IReadOnlyList<(Instant From, Instant To)> stretches)
    {
        var sum = BigInteger.Zero;
        var level = meter.Level.Carries ? Level(meter, dimensions) : meter.Level.Initial.Nano;
        var since = Instant.MinValue;
        foreach (var entry in Events(usage, meter.Key, dimensions).Entries)
        {
            sum += (BigInteger)level * Ticks(since, entry.EventTime, stretches);
            (level, since) = (Next(meter, level, entry), entry.EventTime);
        }

        return sum + (BigInteger)level * Ticks(since, Instant.MaxValue, stretches);
    }

    private Int128 Level(Meter meter, string dimensions) => _levels.TryGetValue((meter.Key, dimensions), out var level) ? level : meter.Level.Initial.Nano;

    private static Int128 Next(Meter meter, Int128 level, RunEntry entry) => meter.Level.IsChange ? checked(level + entry.Nano) : entry.Nano;

    private static Meter? MeterOf(PeriodTerms terms, string key) => terms.Spans.SelectMany(span => span.Revision.Charges).OfType<UsageCharge>().Select(charge => charge.Meter)
        .FirstOrDefault(meter => meter.Aggregation == Aggregation.TimeWeighted && string.Equals(meter.Key, key, StringComparison.Ordinal));

    private static UsageRun Events(PeriodUsage usage, string meter, string dimensions)
    {
        var run = new UsageRun();
        foreach (var (key, total) in usage.Meters)
            if (key.Aggregation == Aggregation.TimeWeighted && string.Equals(key.Meter, meter, StringComparison.Ordinal) && string.Equals(key.Dimensions, dimensions, StringComparison.Ordinal) && total.More is UsageRun part)
                run = UsageRun.Merge(run, part);
        return run;
    }

    private static BigInteger Ticks(Instant from, Instant to, IReadOnlyList<(Instant From, Instant To)> stretches)
    {
        var sum = BigInteger.Zero;
        foreach (var (begins, ends) in stretches)
        {
            var (first, last) = (Instant.Max(from, begins), Instant.Min(to, ends));
            if (first < last) sum += last.ToUnixTimeTicks() - first.ToUnixTimeTicks();
        }

        return sum;
    }
}
