using NodaTime;
using Rating.Domain.Pricing;

namespace Rating.Domain.Billing;

/// <summary>The discounts of a subscription on the lines of one snapshot or balance: charges first, then the plan, each on what the ones before left.</summary>
public static class SubscriptionDiscounts
{
    /// <summary>The discount lines.</summary>
    /// <param name="subscription">Whose.</param>
    /// <param name="lines">The lines that are discounted.</param>
    /// <param name="mode">How a discount is rounded.</param>
    /// <param name="before">The discount lines of earlier snapshots: an amount is given once per period.</param>
    public static IReadOnlyList<PricedLine> Of(Subscription subscription, IReadOnlyList<PricedLine> lines, RoundingMode mode, IReadOnlyList<PricedLine> before)
    {
        var made = new List<PricedLine>();
        if (subscription.Discounts.Count == 0 || lines.Count == 0) return made;
        var schedule = subscription.Schedule;
        var rests = new DiscountedLines<string>([.. lines.Select(line => ("", line))], lines[0].Amount.Currency, mode);
        var periods = lines.Select(line => schedule.NumberOf(line.From)).Distinct().Order().ToList();
        foreach (var discount in subscription.Discounts.OrderBy(discount => discount.Charge.Length == 0))
            foreach (var number in periods)
            {
                var period = schedule.Period(number);
                var (from, to) = Days(discount, subscription, period);
                var given = Given(discount, period, before, lines[0].Amount.Currency);
                foreach (var (_, taxCode, off, why) in rests.Take(discount, line => IsOn(discount, line, from, to), given))
                    made.Add(new PricedLine
                    {
                        Kind = LineKind.Discount, Charge = discount.Charge.Length == 0 ? PlanAtEndOf(subscription, period) : discount.Charge, Name = discount.Name, Detail = discount.Key,
                        From = period.Start, To = period.End, Quantity = Quantity.One, Unit = "", Amount = Money.Zero(off.Currency) - off, TaxCode = taxCode, Explanation = why,
                    });
            }

        return made;
    }

    /// <summary>What the discounts of a snapshot have left of each of its lines; of a discount's own line nothing.</summary>
    /// <param name="subscription">Whose, as it was when the snapshot was made.</param>
    /// <param name="all">All lines of the snapshot.</param>
    /// <param name="mode">How a discount was rounded.</param>
    public static IReadOnlyList<Money> Rests(Subscription subscription, IReadOnlyList<PricedLine> all, RoundingMode mode)
    {
        if (!all.Any(line => line.Kind == LineKind.Discount)) return [.. all.Select(line => line.Amount)];
        var (lines, currency) = (all.Where(line => line.Kind != LineKind.Discount).ToList(), all[0].Amount.Currency);
        var rests = new DiscountedLines<string>([.. lines.Select(line => ("", line))], currency, mode);
        var periods = lines.Select(line => subscription.Schedule.NumberOf(line.From)).Distinct().Order().Select(subscription.Schedule.Period).ToList();
        foreach (var discount in subscription.Discounts.OrderBy(discount => discount.Charge.Length == 0))
            foreach (var period in periods)
            {
                var (from, to) = Days(discount, subscription, period);
                rests.TakeGiven(discount, line => IsOn(discount, line, from, to), Given(discount, period, all, currency));
            }

        var left = new Queue<Money>(rests.Rests);
        return [.. all.Select(line => line.Kind == LineKind.Discount ? Money.Zero(currency) : left.Dequeue())];
    }

    private static bool IsOn(Discount discount, PricedLine line, LocalDate from, LocalDate to) =>
        line.From >= from && line.From < to && (discount.Charge.Length == 0 || string.Equals(line.Charge, discount.Charge, StringComparison.Ordinal));

    // What a subscription would have had after its end, it never had.
    private static string PlanAtEndOf(Subscription subscription, BillingPeriod period)
    {
        var last = LocalDate.Min(period.End, subscription.End ?? period.End).PlusDays(-1);
        return subscription.TermsOn(LocalDate.Max(last, period.Start)).Plan;
    }

    private static Money Given(Discount discount, BillingPeriod period, IReadOnlyList<PricedLine> lines, Currency currency) => lines
        .Where(line => line.Kind == LineKind.Discount && line.From == period.Start && string.Equals(line.Detail, discount.Key, StringComparison.Ordinal)).Aggregate(Money.Zero(currency), (sum, line) => sum - line.Amount);

    // The part of a period in which it holds; the first period begins with the subscription at the earliest.
    private static (LocalDate From, LocalDate To) Days(Discount discount, Subscription subscription, BillingPeriod period)
    {
        var begins = discount.From ?? subscription.Start;
        var ends = discount.Periods is { } count ? subscription.Schedule.Period(subscription.Schedule.NumberOf(begins) + count).Start : discount.To ?? period.End;
        return (LocalDate.Max(begins, period.Start), LocalDate.Min(ends, period.End));
    }
}
