using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Books;

namespace Rating.Engine.Closing;

/// <summary>Makes snapshots: what is wanted minus what was billed before, so that making one twice changes nothing. Pure; the rules are in docs/formats.md, "Closing and invoices".</summary>
internal static class SnapshotMaker
{
    /// <summary>The snapshot of a sealed period.</summary>
    /// <param name="entry">The subscription. The book's read lock is held.</param>
    /// <param name="number">The period's number; after the last one for a supplementary snapshot.</param>
    /// <param name="sequence">The book sequence that froze it.</param>
    /// <param name="sealedUsage">What was sealed, of all partitions, by the period in which it was used.</param>
    /// <param name="before">The subscription's snapshots so far.</param>
    public static Snapshot OfPeriod(SubscriptionEntry entry, int number, long sequence, IReadOnlyDictionary<int, PeriodUsage> sealedUsage, IReadOnlyList<Snapshot> before)
    {
        var subscription = entry.At(sequence);
        var isSupplementary = number > subscription.LastPeriod;
        var own = sealedUsage.TryGetValue(number, out var usage) ? usage : new PeriodUsage();
        var late = sealedUsage.Where(pair => pair.Key < number).ToDictionary(pair => pair.Key, pair => pair.Value);
        var known = KnownUsage.Of(entry, before);
        var start = known.With(late).StartOf(number);
        var lines = new List<PricedLine>();
        var terms = entry.Tenant.Terms(entry, number, sequence);
        lines.AddRange(isSupplementary ? TakenBack(entry, subscription, before) : Regular(entry, subscription, terms, own, start, sequence, before));
        lines.AddRange(Late(entry, known, late, number));
        lines.AddRange(SubscriptionDiscounts.Of(subscription, lines, terms.LineRounding, [.. before.SelectMany(snapshot => snapshot.Lines)]));
        return new Snapshot
        {
            Tenant = entry.Tenant.Id, Subscription = subscription.Id, Account = subscription.Account, Kind = isSupplementary ? SnapshotKind.Supplementary : SnapshotKind.Period,
            Period = terms.Period, BookSequence = sequence, Usage = own, LateUsage = late, Lines = lines, Currency = terms.Currency,
        };
    }

    /// <summary>The snapshot of a subscription's beginning: what is charged once, and the first advance.</summary>
    public static Snapshot OfActivation(SubscriptionEntry entry, long sequence)
    {
        var terms = entry.Tenant.Terms(entry, entry.Subscription.FirstPeriod, sequence);
        var lines = Price.OneOffs(terms).Concat(FirstAdvance(terms)).ToList();
        return new Snapshot
        {
            Tenant = entry.Tenant.Id, Subscription = entry.Subscription.Id, Account = entry.Subscription.Account, Kind = SnapshotKind.Activation, Period = terms.Period, BookSequence = sequence,
            Usage = new PeriodUsage(), LateUsage = new Dictionary<int, PeriodUsage>(), Lines = [.. lines, .. SubscriptionDiscounts.Of(entry.Subscription, lines, terms.LineRounding, [])], Currency = terms.Currency,
        };
    }

    /// <summary>The snapshot of usage that reached the plan's threshold; null where it has not, beyond what was billed so far.</summary>
    /// <param name="entry">The subscription. The book's read lock is held.</param>
    /// <param name="number">The period, which is open.</param>
    /// <param name="sequence">The book sequence.</param>
    /// <param name="usage">All its usage so far.</param>
    /// <param name="day">The day.</param>
    /// <param name="before">The subscription's snapshots so far.</param>
    public static Snapshot? OfProgress(SubscriptionEntry entry, int number, long sequence, PeriodUsage usage, LocalDate day, IReadOnlyList<Snapshot> before)
    {
        var subscription = entry.At(sequence);
        var terms = entry.Tenant.Terms(entry, number, sequence);
        if (terms.Spans.FirstOrDefault(span => day >= span.From && day < span.To)?.Revision.Threshold is not { } threshold) return null;
        var billed = Progress.Billed(before, number);
        var lines = Progress.NotYetBilled([.. Price.Arrears(terms, usage, day, KnownUsage.Of(entry, before).StartOf(number)).Lines.Where(Progress.IsUsage)], billed);
        if (lines.Aggregate(Money.Zero(terms.Currency), (sum, line) => sum + line.Amount) < threshold) return null;
        lines.AddRange(SubscriptionDiscounts.Of(subscription, lines, terms.LineRounding, [.. before.SelectMany(snapshot => snapshot.Lines)]));
        return new Snapshot
        {
            Tenant = entry.Tenant.Id, Subscription = subscription.Id, Account = subscription.Account, Kind = SnapshotKind.Progress, Step = before.Count(snapshot => snapshot.Kind == SnapshotKind.Progress && snapshot.Period.Number == number) + 1,
            Day = day, Period = terms.Period, BookSequence = sequence, Usage = usage, LateUsage = new Dictionary<int, PeriodUsage>(), Lines = lines, Currency = terms.Currency,
        };
    }

    /// <summary>What late usage of sealed periods changes on them; and, where these depend on it, on the sealed ones after them.</summary>
    /// <param name="entry">The subscription. The book's read lock is held.</param>
    /// <param name="known">The usage that was known before.</param>
    /// <param name="late">The late usage, by the period in which it was used.</param>
    /// <param name="before">Only periods before this one.</param>
    public static IReadOnlyList<PricedLine> Late(SubscriptionEntry entry, KnownUsage known, IReadOnlyDictionary<int, PeriodUsage> late, int before)
    {
        var lines = new List<PricedLine>();
        if (late.Count == 0) return lines;
        var all = known.With(late);
        foreach (var period in late.Keys) Invariant.Holds(known.FrozenAt(period) is not null, $"subscription {entry.Subscription.Id} has late usage for period {period}, which has no snapshot");
        var concerned = all.ReachesOn ? known.Snapshots.Where(period => period >= late.Keys.Min() && period < before) : late.Keys.Order();
        foreach (var period in concerned)
        {
            var terms = entry.Tenant.Terms(entry, period, known.FrozenAt(period));
            lines.AddRange(Price.Difference(
                LineKind.LateUsage, Price.Arrears(terms, all.In(period), terms.Period.End, all.StartOf(period)).Lines, Price.Arrears(terms, known.In(period), terms.Period.End, known.StartOf(period)).Lines));
        }

        return lines;
    }

    // Advance charges of days after the end that were billed before it was known: of whole periods, and of what is left of longer ones. At the prices of the last close: a later version of the catalog does not reach who has left.
    private static List<PricedLine> TakenBack(SubscriptionEntry entry, Subscription subscription, IReadOnlyList<Snapshot> before)
    {
        var end = subscription.LastPeriod!.Value;
        var sequence = entry.FrozenAt(end) ?? throw new InvariantBrokenException($"subscription {subscription.Id} has nothing to be given back: its last period is not closed");
        var last = entry.Tenant.Terms(subscription, end, sequence);
        var billed = AdvanceLines(before);
        var known = entry.Tenant.RecurringCharges(subscription, sequence);
        var lines = new List<PricedLine>();
        foreach (var own in last.ChargePeriods)
            lines.AddRange(AdvanceCharges.Due(Price.Advance(last, own), [.. billed.Where(line => AdvanceCharges.IsOf(line, own, known))], own.Spans, known));
        var rest = billed.Where(line => line.From >= subscription.End && !last.ChargePeriods.Any(own => AdvanceCharges.IsOf(line, own, known)));
        lines.AddRange(AdvanceCharges.Due([], [.. rest], last.Spans, known));
        return lines;
    }

    private static List<PricedLine> Regular(SubscriptionEntry entry, Subscription subscription, PeriodTerms terms, PeriodUsage usage, PeriodStart start, long sequence, IReadOnlyList<Snapshot> before)
    {
        var lines = Progress.NotYetBilled(Price.Arrears(terms, usage, terms.Period.End, start).Lines, Progress.Billed(before, terms.Period.Number));
        if (terms.Period.Number == subscription.FirstPeriod && !before.Any(snapshot => snapshot.Kind == SnapshotKind.Activation)) lines.AddRange(Price.OneOffs(terms));
        var billed = AdvanceLines(before);
        var known = entry.Tenant.RecurringCharges(subscription, sequence);
        lines.AddRange(AdvanceCharges.Due(Price.Advance(terms), [.. billed.Where(line => IsIn(line, terms.Period) && !terms.ChargePeriods.Any(own => AdvanceCharges.IsOf(line, own, known)))], terms.Spans, known));
        foreach (var own in terms.ChargePeriods)
            lines.AddRange(AdvanceCharges.Due(Price.Advance(terms, own), [.. billed.Where(line => AdvanceCharges.IsOf(line, own, known))], own.Spans, known));
        if (subscription.End is { } end && end <= terms.Period.End)
        {
            // Nothing of a period that would have begun after it (behind a trial, say) is owed any more.
            lines.AddRange(AdvanceCharges.Due([], [.. billed.Where(line => line.From >= terms.Period.End && !terms.ChargePeriods.Any(own => AdvanceCharges.IsOf(line, own, known)))], terms.Spans, known));
            return lines;
        }

        lines.AddRange(FirstAdvance(entry.Tenant.Terms(entry, terms.Period.Number + 1, sequence)));
        return lines;
    }

    // The advance charges of a period that is still to come: its own, and those of longer and shorter periods that begin in it.
    private static IEnumerable<PricedLine> FirstAdvance(PeriodTerms terms) =>
        Price.Advance(terms).Concat(terms.ChargePeriods.Where(own => own.First >= terms.Period.Start).SelectMany(own => Price.Advance(terms, own)));

    private static List<PricedLine> AdvanceLines(IReadOnlyList<Snapshot> before) => [.. before.SelectMany(snapshot => snapshot.Lines).Where(line => line.Kind is LineKind.Advance or LineKind.AdvanceAdjustment)];

    private static bool IsIn(PricedLine line, BillingPeriod period) => line.From >= period.Start && line.From < period.End;
}
