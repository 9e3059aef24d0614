using NodaTime;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Makes the lines that a snapshot or a running charge must have.</summary>
internal sealed class Closing(Book book, IReadOnlyDictionary<(string Tenant, string Subscription), SubscriptionUsage> usage)
{
    private static readonly SubscriptionUsage None = new();

    public SubscriptionUsage UsageOf(string tenant, string subscription) => usage.GetValueOrDefault((tenant, subscription), None);

    /// <summary>A snapshot of kind <c>period</c>; <paramref name="before"/> are the snapshots of the subscription that were made before, in order.</summary>
    public ClosedPeriod Period(string tenant, Subscription subscription, int period, long sequence, IReadOnlyList<BilledBefore> before)
    {
        var (view, next) = (View(tenant, subscription, period, sequence)!, View(tenant, subscription, period + 1, sequence)!);
        var priced = UsagePricing.Of(view, UsageOf(tenant, subscription.Id).Of(period, billing => billing == period, billing => billing <= period), LeftBefore(tenant, subscription, period, sequence, period));
        var lines = new List<OracleLine>();
        var progress = InProgress(period, before);
        var (arrears, advance) = (Arrears(view).ToList(), Advance(view).ToList());
        lines.AddRange(arrears);
        lines.AddRange(OwnIntervals.Ending(view));
        lines.AddRange(Commitments.WithUsage(view, priced, arrears, advance, progress.Count == 0 ? null : progress));

        var isFirst = period == view.Schedule.NumberOf(subscription.Start);
        var activation = before.FirstOrDefault(b => b.Kind == "activation");
        if (isFirst && activation is null) lines.AddRange(Pricing.OneOffLines(view.Spans));
        var billedBy = isFirst ? activation : before.LastOrDefault(b => b.Kind == "period" && b.Period == period - 1);
        var billed = billedBy?.Lines.Where(l => l.Kind == "advance" && l.From >= view.Start).ToList() ?? [];
        lines.AddRange(Adjustments(view, advance, billed.FindAll(l => !IsOwn(view, l.Charge))));
        lines.AddRange(OwnIntervals.Adjustments(view, BilledInAdvance(before)));
        lines.AddRange(Advance(next)); // no spans after the end
        lines.AddRange(OwnIntervals.Beginning(next));
        lines.AddRange(Late(tenant, subscription.Id, period, sequence));
        return Finish(view, lines, priced, before);
    }

    /// <summary>A snapshot of kind <c>activation</c>.</summary>
    public ClosedPeriod Activation(string tenant, Subscription subscription, int period, long sequence)
    {
        var view = View(tenant, subscription, period, sequence)!;
        return Finish(view, [.. Pricing.OneOffLines(view.Spans), .. Advance(view), .. OwnIntervals.Beginning(view)], null, []);
    }

    /// <summary>A snapshot of kind <c>supplementary</c>: advance charges of days after the end, billed before the end was known, are taken back; and late usage.</summary>
    public ClosedPeriod Supplementary(string tenant, Subscription subscription, int period, long sequence, IReadOnlyList<BilledBefore> before)
    {
        var view = View(tenant, subscription, period, sequence)!;
        var left = view with { Sequence = book.Of(tenant).SequenceFor(subscription.Id, view.Schedule.NumberOf(subscription.End!.Value.PlusDays(-1)), sequence) }; // only the end is new: prices are those of the last close
        var beyond = BilledInAdvance(before).Where(l => l.From >= subscription.End && !IsOwn(left, l.Charge)).ToList();
        var net = beyond.GroupBy(l => (l.Charge, l.Detail, l.From))
            .Select(g => g.Last() with { Quantity = g.Aggregate(Fraction.Zero, (sum, l) => sum + l.Quantity), Amount = Pricing.Sum(g), Cost = g.Last().Cost is null ? null : g.Aggregate(Fraction.Zero, (sum, l) => sum + (l.Cost ?? 0)) });
        var lines = Adjustments(left, [], [.. net]).ToList();
        lines.AddRange(OwnIntervals.Adjustments(left, BilledInAdvance(before)));
        lines.AddRange(Late(tenant, subscription.Id, period, sequence));
        return Finish(view, lines, null, before);
    }

    /// <summary>The lines of a running charge: usage, recurring arrears for the days up to and with <paramref name="asOf"/>, and the late differences that wait.</summary>
    public ClosedPeriod Balance(string tenant, Subscription subscription, int period, LocalDate asOf, long sequence, IReadOnlyList<BilledBefore> before)
    {
        var frozen = book.Of(tenant).SequenceFor(subscription.Id, period, sequence);
        var view = View(tenant, book.Of(tenant).Subscription(subscription.Id, frozen) ?? subscription, period, frozen, asOf) ?? throw new FormatException($"{subscription.Id} has no plan.");
        var priced = UsagePricing.Of(view, UsageOf(tenant, subscription.Id).Of(period, billing => billing == period, billing => billing <= period), LeftBefore(tenant, subscription, period, sequence, period));
        var arrears = Arrears(view).ToList();
        return Finish(view, [
            .. arrears, .. OwnIntervals.Ending(view), .. Commitments.WithUsage(view, priced, arrears, [.. Advance(view)], InProgress(period, before) is { Count: > 0 } progress ? progress : null), .. Late(tenant, subscription.Id, period, sequence)],
            priced, before);
    }

    /// <summary>What the usage of a period costs that is billed with it, before discounts.</summary>
    public Fraction UsageCharge(string tenant, PeriodView view)
    {
        var used = UsageOf(tenant, view.Subscription.Id).Of(view.Number, billing => billing == view.Number, billing => billing <= view.Number);
        return Pricing.Sum(UsagePricing.Of(view, used, LeftBefore(tenant, view.Subscription, view.Number, view.Sequence, view.Number)).Lines.Select(l => l.Line));
    }

    /// <summary>The difference that late usage makes to the periods before, each with the terms that its close froze.</summary>
    public IEnumerable<OracleLine> Late(string tenant, string subscription, int billingPeriod, long sequence)
    {
        var records = UsageOf(tenant, subscription);
        foreach (var period in records.PeriodsChangedWith(billingPeriod, any => View(tenant, book.Of(tenant).Subscription(subscription, sequence)!, any, sequence) is { } view && CarriesOn(view)).ToList())
        {
            var frozen = book.Of(tenant).SequenceFor(subscription, period, sequence);
            if (book.Of(tenant).Subscription(subscription, frozen) is not { } terms || View(tenant, terms, period, frozen) is not { } view) continue;
            List<OracleLine> Lines(int knownUpTo)
            {
                var priced = UsagePricing.Of(view, records.Of(period, billing => billing <= knownUpTo), LeftBefore(tenant, terms, period, sequence, knownUpTo));
                return [.. Commitments.WithUsage(view, priced, [.. Arrears(view)], [.. Advance(view)])];
            }
            foreach (var line in Pricing.Difference("lateUsage", Lines(billingPeriod), Lines(billingPeriod - 1))) yield return line;
        }
    }

    public PeriodView? View(string tenant, Subscription subscription, int period, long sequence, LocalDate? asOf = null) => PeriodView.Of(book.Of(tenant), subscription, period, sequence, asOf);

    /// <summary>The spans of a period as its close froze them, or as a sequence has them.</summary>
    public IReadOnlyList<Span> FrozenSpans(string tenant, string subscription, int period, long sequence)
    {
        var frozen = book.Of(tenant).SequenceFor(subscription, period, sequence);
        return book.Of(tenant).Subscription(subscription, frozen) is { } terms ? View(tenant, terms, period, frozen)?.Spans ?? [] : [];
    }

    /// <summary>The free units that a period begins with, by all usage of earlier periods that is billed up to one; the terms are those frozen for them.</summary>
    private List<Grant> LeftBefore(string tenant, Subscription subscription, int period, long sequence, int knownUpTo)
    {
        if (View(tenant, subscription, period, sequence) is not { } asked) return [];
        var left = new List<Grant>();
        for (var earlier = asked.Schedule.NumberOf(subscription.Start); earlier < period; earlier++)
        {
            var frozen = book.Of(tenant).SequenceFor(subscription.Id, earlier, sequence);
            if ((frozen == sequence ? subscription : book.Of(tenant).Subscription(subscription.Id, frozen)) is not { } terms || View(tenant, terms, earlier, frozen) is not { } view) continue;
            left = UsagePricing.Of(view, UsageOf(tenant, subscription.Id).Of(earlier, billing => billing <= knownUpTo), left).Allowances.Left(view);
        }
        return left;
    }

    private static List<OracleLine> InProgress(int period, IReadOnlyList<BilledBefore> before) =>
        [.. before.Where(b => b.Kind == "progress" && b.Period == period).SelectMany(b => b.Lines).Where(l => l.Kind is "usage" or "calls")];

    private static bool CarriesOn(PeriodView view) =>
        view.Book.Catalogs.Where(c => c.Sequence <= view.Sequence).SelectMany(c => c.Plans).SelectMany(p => p.Allowances).Any(a => a.RollsOver || a.HasOwnInterval);

    private static IEnumerable<OracleLine> Arrears(PeriodView view) =>
        Recurring.Lines(view.Accrued, view.Start, view.End, view.Schedule.Interval, c => !c.InAdvance && !c.HasOwnInterval, "arrears");

    private static IEnumerable<OracleLine> Advance(PeriodView view) =>
        Recurring.Lines(view.Spans, view.Start, view.End, view.Schedule.Interval, c => c.InAdvance && !c.HasOwnInterval, "advance");

    private static List<OracleLine> BilledInAdvance(IEnumerable<BilledBefore> before) => [.. before.SelectMany(b => b.Lines).Where(l => l.Kind is "advance" or "advanceAdjustment")];

    private static IEnumerable<OracleLine> Adjustments(PeriodView view, IReadOnlyList<OracleLine> wanted, IReadOnlyList<OracleLine> billed) =>
        wanted.Concat(billed).Select(l => l.Charge).Distinct().SelectMany(key => Pricing.Adjustment(
            [.. wanted.Where(l => l.Charge == key)], [.. billed.Where(l => l.Charge == key)], Charges(view, key).LastOrDefault()?.GivesNothingBack == true));

    private static bool IsOwn(PeriodView view, string key) => Charges(view, key).Any(c => c.HasOwnInterval && c.InAdvance);

    private static IEnumerable<Charge> Charges(PeriodView view, string key) => view.Book.Catalogs.Where(c => c.Sequence <= view.Sequence)
        .SelectMany(c => c.Plans).SelectMany(p => p.Revisions).SelectMany(r => r.Charges).Where(c => c.Key == key && c.Model == "recurring");

    private static ClosedPeriod Finish(PeriodView view, List<OracleLine> lines, UsagePricing? priced, IReadOnlyList<BilledBefore> before) => new(view, lines, priced, before);
}
