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
                var given = before.Where(line => line.Kind == LineKind.Discount && line.From == period.Start && string.Equals(line.Detail, discount.Key, StringComparison.Ordinal))
                    .Aggregate(Money.Zero(lines[0].Amount.Currency), (sum, line) => sum - line.Amount);
                foreach (var (_, taxCode, off, why) in rests.Take(discount, line => line.From >= from && line.From < to && (discount.Charge.Length == 0 || string.Equals(line.Charge, discount.Charge, StringComparison.Ordinal)), given))
                    made.Add(new PricedLine
                    {
                        Kind = LineKind.Discount, Charge = discount.Charge.Length == 0 ? subscription.TermsOn(period.End.PlusDays(-1)).Plan : discount.Charge, Name = discount.Name, Detail = discount.Key,
                        From = period.Start, To = period.End, Quantity = Quantity.One, Unit = "", Amount = Money.Zero(off.Currency) - off, TaxCode = taxCode, Explanation = why,
                    });
            }

        return made;
    }

    // The part of a period in which it holds; the first period begins with the subscription at the earliest.
    private static (LocalDate From, LocalDate To) Days(Discount discount, Subscription subscription, BillingPeriod period)
    {
        var begins = discount.From ?? subscription.Start;
        var ends = discount.Periods is { } count ? subscription.Schedule.Period(subscription.Schedule.NumberOf(begins) + count).Start : discount.To ?? period.End;
        return (LocalDate.Max(begins, period.Start), LocalDate.Min(ends, period.End));
    }
}
