using NodaTime;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Makes the lines that a snapshot or a running charge must have.</summary>
internal sealed class Closing(Book book, IReadOnlyDictionary<(string Tenant, string Subscription), SubscriptionUsage> usage)
{
    private static readonly SubscriptionUsage None = new();

    public SubscriptionUsage UsageOf(string tenant, string subscription) => usage.GetValueOrDefault((tenant, subscription), None);

    /// <summary>The spans of a period with the terms of a sequence.</summary>
    public List<Span> Spans(string tenant, Subscription subscription, int period, long sequence) =>
        book.Of(tenant).ScheduleOf(subscription, sequence) is { } schedule ? book.Of(tenant).Spans(subscription, schedule.Start(period), schedule.End(period), sequence) : [];

    /// <summary>A snapshot of kind <c>period</c>; <paramref name="billedAdvance"/> are the advance lines that were billed for this period before.</summary>
    public List<OracleLine> Period(string tenant, Subscription subscription, int period, long sequence, bool hasActivation, IReadOnlyList<OracleLine> billedAdvance)
    {
        var schedule = book.Of(tenant).ScheduleOf(subscription, sequence)!;
        var spans = Spans(tenant, subscription, period, sequence);
        var lines = new List<OracleLine>();
        lines.AddRange(Pricing.UsageLines(spans, UsageOf(tenant, subscription.Id).Of(period, billing => billing == period)));
        lines.AddRange(Pricing.RecurringLines(spans, schedule.Days(period), inAdvance: false));
        if (period == schedule.NumberOf(subscription.Start) && !hasActivation) lines.AddRange(Pricing.OneOffLines(spans));

        var advance = Pricing.RecurringLines(spans, schedule.Days(period), inAdvance: true);
        lines.AddRange(billedAdvance.Count == 0 ? advance : Pricing.Difference("advanceAdjustment", advance, billedAdvance));
        lines.AddRange(Pricing.RecurringLines(Spans(tenant, subscription, period + 1, sequence), schedule.Days(period + 1), inAdvance: true)); // no spans after the end
        lines.AddRange(Late(tenant, subscription.Id, period, sequence));
        return lines;
    }

    /// <summary>A snapshot of kind <c>activation</c>.</summary>
    public List<OracleLine> Activation(string tenant, Subscription subscription, int period, long sequence)
    {
        var spans = Spans(tenant, subscription, period, sequence);
        return [.. Pricing.OneOffLines(spans), .. Pricing.RecurringLines(spans, book.Of(tenant).ScheduleOf(subscription, sequence)!.Days(period), inAdvance: true)];
    }

    /// <summary>The difference that late usage makes to the periods before, each with the terms that its close froze.</summary>
    public IEnumerable<OracleLine> Late(string tenant, string subscription, int billingPeriod, long sequence)
    {
        var records = UsageOf(tenant, subscription);
        foreach (var period in records.LatePeriods(billingPeriod).ToList())
        {
            var spans = FrozenSpans(tenant, subscription, period, sequence);
            var now = Pricing.UsageLines(spans, records.Of(period, billing => billing <= billingPeriod));
            var before = Pricing.UsageLines(spans, records.Of(period, billing => billing < billingPeriod));
            foreach (var line in Pricing.Difference("lateUsage", now, before)) yield return line;
        }
    }

    /// <summary>The spans of a period as its close froze them, or as a sequence has them.</summary>
    public List<Span> FrozenSpans(string tenant, string subscription, int period, long sequence)
    {
        var frozen = book.Of(tenant).SequenceFor(subscription, period, sequence);
        return book.Of(tenant).Subscription(subscription, frozen) is { } terms ? Spans(tenant, terms, period, frozen) : [];
    }

    /// <summary>The lines of a running charge: usage, recurring arrears for the days up to and with <paramref name="asOf"/>, and the late differences that wait.</summary>
    public List<OracleLine> Balance(string tenant, Subscription subscription, int period, LocalDate asOf, long sequence)
    {
        var schedule = book.Of(tenant).ScheduleOf(subscription, sequence) ?? throw new FormatException($"{subscription.Id} has no plan.");
        var spans = FrozenSpans(tenant, subscription.Id, period, sequence);
        var accrued = spans.Where(s => s.From <= asOf).Select(s => s with { To = asOf < s.To ? LocalDate.Min(s.To, asOf.PlusDays(1)) : s.To }).ToList();
        return [
            .. Pricing.UsageLines(spans, UsageOf(tenant, subscription.Id).Of(period, billing => billing == period)),
            .. Pricing.RecurringLines(accrued, schedule.Days(period), inAdvance: false),
            .. Late(tenant, subscription.Id, period, sequence)];
    }
}
