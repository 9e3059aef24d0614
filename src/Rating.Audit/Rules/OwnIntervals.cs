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
            var inPeriod = billed.Where(l => l.From >= period.Start && l.From < period.End && period.IsOf(l.Charge)).ToList();
            foreach (var key in wanted.Concat(inPeriod).Select(l => l.Charge).Distinct())
                foreach (var line in Pricing.Adjustment(wanted.FindAll(l => l.Charge == key), inPeriod.FindAll(l => l.Charge == key), period.GivesNothingBack(key))) yield return line;
        }
    }

    private static IEnumerable<ChargePeriod> Periods(PeriodView view, bool inAdvance)
    {
        var (from, to) = (LocalDate.Max(view.Start, view.Subscription.Start), view.End);
        // The charges that any catalog version knows; those that do not hold have no lines.
        var all = view.Book.Catalogs.Where(c => c.Sequence <= view.Sequence).SelectMany(c => c.Plans.Concat(c.Combinations.Values)).SelectMany(p => p.Revisions).SelectMany(r => r.Charges.Select(c => (Charge: c, r.Plan)))
            .Where(c => c.Charge.HasOwnInterval && c.Charge.InAdvance == inAdvance && c.Charge.Model == "recurring");
        Schedule ScheduleOf(Charge charge, string planInterval)
        {
            var interval = charge.Interval ?? planInterval;
            return view.Subscription.Schedule(interval, charge.AnchorsAtStart || (interval == "week") != (view.Schedule.Interval == "week"));
        }
        foreach (var group in all.GroupBy(c => ScheduleOf(c.Charge, c.Plan.Interval)))
        {
            var schedule = group.Key;
            bool IsMeant(Charge c) => c.HasOwnInterval && c.InAdvance == inAdvance && ScheduleOf(c, view.Schedule.Interval) == schedule;
            var charges = group.Select(g => g.Charge).ToList();
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
