using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>The free units of one subscription in one period: what it began with, what it was granted, and what is carried on.</summary>
internal sealed class AllowanceUse
{
    private readonly List<Grant> _grants;
    private readonly Dictionary<string, Fraction?> _most = [];

    public AllowanceUse(IEnumerable<Grant> left) => _grants = [.. left.Select(g => g.Copy())];

    /// <summary>Units granted to pools of the account, by allowance key.</summary>
    public Dictionary<string, Fraction> Pooled { get; } = [];

    /// <summary>Gives the units that a revision's allowances grant in this period.</summary>
    public void Grant(PeriodView view, Revision revision, IReadOnlyList<Span> spans)
    {
        foreach (var allowance in revision.Allowances)
        {
            if (allowance.Pooled)
            {
                if (Whole(view, allowance, spans) is { } pooled) Pooled[allowance.Key] = Pooled.GetValueOrDefault(allowance.Key) + pooled.Left;
                continue;
            }
            _most[allowance.Key] = allowance.RolloverMax;
            if (allowance.HasOwnInterval) _grants.AddRange(OfOwnInterval(view, allowance, revision));
            else if (Whole(view, allowance, spans) is { } grant) _grants.Add(grant);
        }
    }

    private static Grant? Whole(PeriodView view, Allowance allowance, IReadOnlyList<Span> spans) =>
        Of(view, allowance, [.. spans.Where(s => !s.Paused)], view.Start, view.End, view.Number);

    private static IEnumerable<Grant> OfOwnInterval(PeriodView view, Allowance allowance, Revision revision)
    {
        var interval = allowance.Interval ?? view.Schedule.Interval;
        var schedule = view.Subscription.Schedule(interval, allowance.AnchorsAtStart || (interval == "week") != (view.Schedule.Interval == "week"));
        for (var number = schedule.NumberOf(LocalDate.Max(view.Start, view.Subscription.Start)); schedule.Start(number) < view.End; number++)
        {
            var granting = view.Book.Spans(view.Subscription, schedule.Start(number), schedule.End(number), view.Sequence)
                .FindAll(s => !s.Paused && s.Revision.Allowances.Any(a => a.Key == allowance.Key));
            if (granting.Count == 0 || view.Schedule.NumberOf(granting[0].From) != view.Number || granting[0].Revision.Number != revision.Number) continue;
            if (Of(view, allowance, granting, schedule.Start(number), schedule.End(number), view.Schedule.NumberOf(schedule.End(number).PlusDays(-1))) is { } grant) yield return grant;
        }
    }

    private static Grant? Of(PeriodView view, Allowance allowance, List<Span> granting, LocalDate start, LocalDate end, int lastPeriod)
    {
        if (granting.Count == 0) return null;
        var units = allowance.Units * granting[^1].Quantity(allowance.Quantity);
        if (allowance.Prorated) units = (units * granting.Sum(s => s.Days) / Period.DaysBetween(start, end)).Round(9, RoundingRule.HalfUp);
        return new Grant(allowance.Key, allowance.Meter, lastPeriod + allowance.RolloverPeriods, end, units);
    }

    /// <summary>Takes free units for some usage; grants that end earlier go first.</summary>
    public Fraction Take(Allowance allowance, Fraction wanted)
    {
        var taken = Fraction.Zero;
        foreach (var grant in _grants.Where(g => g.Allowance == allowance.Key && g.Meter == allowance.Meter).OrderBy(g => g.LastPeriod).ThenBy(g => g.OwnEnd)) taken += grant.Take(wanted - taken);
        return taken;
    }

    /// <summary>What is carried on behind the end of the period.</summary>
    public List<Grant> Left(PeriodView view)
    {
        var left = _grants.Where(g => g.LastPeriod > view.Number && g.Left.Sign > 0).OrderBy(g => g.LastPeriod).ThenBy(g => g.OwnEnd).ToList();
        foreach (var (key, max) in _most.Where(k => k.Value is not null))
        {
            var over = left.FindAll(g => g.Allowance == key && g.OwnEnd <= view.End);
            var beyond = over.Aggregate(Fraction.Zero, (sum, g) => sum + g.Left) - max!.Value;
            foreach (var grant in over)
                if (beyond.Sign > 0) beyond -= grant.Take(beyond);
        }
        return left.FindAll(g => g.Left.Sign > 0);
    }
}
