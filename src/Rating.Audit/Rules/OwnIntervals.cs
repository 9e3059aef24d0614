using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Recurring charges with an interval of their own: a yearly licence on a monthly invoice.</summary>
internal static class OwnIntervals
{
    /// <summary>The advance lines of the charge periods that begin in a billing period.</summary>
    public static IEnumerable<OracleLine> Beginning(PeriodView view) =>
        Periods(view, inAdvance: true).Where(p => view.Schedule.NumberOf(p.FirstDay) == view.Number).SelectMany(p => p.Lines("advance"));

    /// <summary>The arrears lines of the charge periods that end in a billing period.</summary>
    public static IEnumerable<OracleLine> Ending(PeriodView view) =>
        Periods(view, inAdvance: false).Where(p => view.Schedule.NumberOf(p.LastDay) == view.Number).SelectMany(p => p.Lines("arrears"));

    /// <summary>What the charge periods that have days in a billing period (or end behind it: a supplementary one) cost now, minus what was billed of them.</summary>
    public static IEnumerable<OracleLine> Adjustments(PeriodView view, IReadOnlyList<OracleLine> billed)
    {
        foreach (var period in Periods(view, inAdvance: true))
        {
            var wanted = period.Lines("advance").ToList();
            foreach (var key in wanted.Select(l => l.Charge).Concat(billed.Select(l => l.Charge)).Distinct().Where(period.IsOf).ToList())
            {
                var now = wanted.FindAll(l => l.Charge == key);
                var before = billed.Where(l => l.Charge == key && l.From >= period.Start && l.From < period.End).ToList();
                if (before.Count == 0 && view.Schedule.NumberOf(period.FirstDay) == view.Number)
                {
                    foreach (var line in now) yield return line;
                    continue;
                }
                foreach (var line in Pricing.Adjustment(now, before, period.GivesNothingBack(key))) yield return line;
            }
        }
    }

    private static IEnumerable<ChargePeriod> Periods(PeriodView view, bool inAdvance)
    {
        var (from, to) = (LocalDate.Max(view.Start, view.Subscription.Start), view.End);
        if (view.Subscription.End is { } end && end < to) to = end;
        if (to <= from) to = from.PlusDays(1); // a supplementary period has no days: what is in force at its start
        // The charges that any catalog version knows; those that do not hold have no lines.
        var all = view.Book.Catalogs.Where(c => c.Sequence <= view.Sequence).SelectMany(c => c.Plans.Concat(c.Combinations.Values)).SelectMany(p => p.Revisions).SelectMany(r => r.Charges.Select(c => (Charge: c, r.Plan)))
            .Where(c => c.Charge.HasOwnInterval && c.Charge.InAdvance == inAdvance && c.Charge.Model == "recurring");
        foreach (var group in all.GroupBy(c => (Interval: c.Charge.Interval ?? c.Plan.Interval, c.Charge.AnchorsAtStart)))
        {
            var interval = group.Key.Interval;
            bool IsMeant(Charge c) => c.HasOwnInterval && c.InAdvance == inAdvance && (c.Interval ?? interval) == interval && c.AnchorsAtStart == group.Key.AnchorsAtStart;
            var charges = group.Select(g => g.Charge).ToList();
            var schedule = view.Subscription.Schedule(interval, group.Key.AnchorsAtStart || (interval == "week") != (view.Schedule.Interval == "week"));
            for (var number = schedule.NumberOf(from); schedule.Start(number) < to; number++)
                yield return new ChargePeriod(view, schedule, number, IsMeant, charges);
        }
    }

    private sealed record ChargePeriod(PeriodView View, Schedule Schedule, int Number, Func<Charge, bool> IsMeant, IReadOnlyList<Charge> Charges)
    {
        public LocalDate Start => Schedule.Start(Number);
        public LocalDate End => Schedule.End(Number);
        public LocalDate FirstDay => LocalDate.Max(Start, View.Subscription.Start);
        public LocalDate LastDay => (View.Subscription.End is { } end ? LocalDate.Min(End, end) : End).PlusDays(-1);

        public bool IsOf(string key) => Charges.Any(c => c.Key == key);

        public bool GivesNothingBack(string key) => Charges.Last(c => c.Key == key).GivesNothingBack;

        public IEnumerable<OracleLine> Lines(string kind) =>
            Recurring.Lines(View.Accrue(View.Book.Spans(View.Subscription, Start, End, View.Sequence)), Start, End, Schedule.Interval, IsMeant, kind);
    }
}
