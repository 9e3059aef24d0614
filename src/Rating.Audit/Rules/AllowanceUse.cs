using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>The free units of one subscription in one period: what it began with, what it was granted, what was used, and what is carried on.</summary>
internal sealed class AllowanceUse
{
    private readonly List<Grant> _grants;
    private readonly Dictionary<string, Fraction> _granted = [];
    private readonly Dictionary<string, Fraction> _used = [];
    private readonly Dictionary<string, (string Meter, bool Pooled, Fraction? Max)> _known = [];

    public AllowanceUse(IEnumerable<Grant> left) => _grants = [.. left.Select(g => g.Copy())];

    /// <summary>Gives the units that a revision's allowances grant in this period.</summary>
    public void Grant(PeriodView view, Revision revision, IReadOnlyList<Span> spans)
    {
        foreach (var allowance in revision.Allowances)
        {
            _known[allowance.Key] = (allowance.Meter, allowance.Pooled, allowance.RolloverMax);
            if (GrantOf(view, allowance, spans) is not { } grant) continue;
            _granted[allowance.Key] = _granted.GetValueOrDefault(allowance.Key) + grant.Left;
            _grants.Add(grant);
        }
    }

    private static Grant? GrantOf(PeriodView view, Allowance allowance, IReadOnlyList<Span> spans)
    {
        var active = spans.Where(s => !s.Paused).ToList();
        if (active.Count == 0) return null;
        var units = allowance.Units * spans[^1].Quantity(allowance.Quantity);
        var (start, end, last) = (view.Start, view.End, view.Number);
        if (allowance.HasOwnInterval)
        {
            var interval = allowance.Interval ?? view.Schedule.Interval;
            var schedule = view.Subscription.Schedule(interval, allowance.AnchorsAtStart || (interval == "week") != (view.Schedule.Interval == "week"));
            var number = schedule.NumberOf(view.End.PlusDays(-1));
            var first = LocalDate.Max(schedule.Start(number), view.Subscription.Start);
            if (view.Schedule.NumberOf(first) != view.Number) return null;
            (start, end) = (schedule.Start(number), schedule.End(number));
            last = view.Schedule.NumberOf(end.PlusDays(-1));
            active = [.. view.Book.Spans(view.Subscription, start, end, view.Sequence).Where(s => !s.Paused && s.Revision.Number == spans[0].Revision.Number)];
        }
        if (allowance.Prorated) units = (units * active.Sum(s => s.Days) / (Fraction)Period.DaysBetween(start, end)).Round(9, RoundingRule.HalfUp);
        var until = allowance.RolloverPeriods == 0 ? (allowance.HasOwnInterval ? end : view.End) : view.Schedule.End(last + allowance.RolloverPeriods);
        return new Grant(allowance.Key, allowance.Meter, until, units);
    }

    /// <summary>Takes free units for some usage; grants that end earlier go first.</summary>
    public Fraction Take(Allowance allowance, Fraction wanted)
    {
        var taken = Fraction.Zero;
        foreach (var grant in _grants.Where(g => g.Allowance == allowance.Key && g.Meter == allowance.Meter).OrderBy(g => g.Until)) taken += grant.Take(wanted - taken);
        _used[allowance.Key] = _used.GetValueOrDefault(allowance.Key) + taken;
        return taken;
    }

    /// <summary>What is carried on behind the end of the period.</summary>
    public List<Grant> Left(LocalDate periodEnd)
    {
        var left = _grants.Where(g => g.Until > periodEnd && g.Left.Sign > 0 && _known.TryGetValue(g.Allowance, out var known) && known.Meter == g.Meter).OrderBy(g => g.Until).ToList();
        foreach (var (key, (_, _, max)) in _known.Where(k => k.Value.Max is not null))
        {
            var own = left.FindAll(g => g.Allowance == key);
            var beyond = own.Aggregate(Fraction.Zero, (sum, g) => sum + g.Left) - max!.Value;
            foreach (var grant in own)
            {
                if (beyond.Sign <= 0) break;
                beyond -= grant.Take(beyond);
            }
        }
        return left.FindAll(g => g.Left.Sign > 0);
    }

    /// <summary>Each allowance as a snapshot tells it.</summary>
    public IEnumerable<(string Key, string Evidence)> Evidence(LocalDate periodEnd)
    {
        var left = Left(periodEnd);
        foreach (var (key, (meter, pooled, _)) in _known)
        {
            var own = string.Join(' ', left.Where(g => g.Allowance == key).Select(g => $"{g.Until:uuuu-MM-dd}:{g.Left}"));
            yield return (key, $"{meter} {(pooled ? "pooled " : "")}granted {_granted.GetValueOrDefault(key)} used {_used.GetValueOrDefault(key)} left {own}");
        }
    }
}
