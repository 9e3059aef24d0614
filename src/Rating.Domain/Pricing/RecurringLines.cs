using NodaTime;
using Rating.Domain.Billing;

namespace Rating.Domain.Pricing;

/// <summary>Lines of recurring charges: one per span of terms, prorated over the period that the charge has.</summary>
internal static class RecurringLines
{
    /// <summary>The charges whose periods are the plan's.</summary>
    public static List<PricedLine> Of(PeriodTerms terms, bool inAdvance, LocalDate asOf) => Of(terms.Period, terms.Spans, null, terms.Currency, terms.LineRounding, inAdvance, asOf);

    /// <summary>The charges whose period this is.</summary>
    public static List<PricedLine> Of(PeriodTerms terms, ChargePeriod own, bool inAdvance, LocalDate asOf) => Of(own.Period, own.Spans, own.Interval, terms.Currency, own.LineRounding, inAdvance, asOf);

    private static List<PricedLine> Of(BillingPeriod period, IReadOnlyList<TermsSpan> spans, ChargeInterval? interval, Currency currency, RoundingMode rounding, bool inAdvance, LocalDate asOf)
    {
        var lines = new List<PricedLine>();
        // Without proration the whole price is due once per charge and period.
        var charged = new HashSet<string>(StringComparer.Ordinal);
        foreach (var span in spans)
        {
            var isCut = asOf < span.To && asOf.PlusDays(1) < span.To;
            var until = isCut ? span with { To = asOf.PlusDays(1), EndsAt = LocalTime.Midnight } : span;
            if (span.IsPaused || until.To <= until.From) continue;
            foreach (var charge in span.Revision.Charges.OfType<RecurringCharge>())
            {
                var quantity = span.Quantity(charge.QuantityName);
                if (charge.InAdvance != inAdvance || charge.Interval != interval || quantity == Quantity.Zero) continue;
                if (charge.Proration == Proration.None && !charged.Add(charge.Key)) continue;
                var share = PeriodShare.Of(charge.Proration, until, period);
                if (charge.RatioDecimals is { } decimals) share = share.Rounded(decimals);
                lines.AddRange(Bundle.Shown(charge.Parts, new PricedLine
                {
                    Kind = inAdvance ? LineKind.Advance : LineKind.Arrears, Charge = charge.Key, Name = charge.Name, Detail = "", From = span.From, To = until.To, Quantity = quantity, Unit = charge.QuantityName,
                    Amount = (charge.Price * quantity).ShareRounded(share.Part, share.Whole, currency.Decimals, rounding), TaxCode = charge.TaxCode,
                    Cost = charge.CostPrice is { } cost ? (cost * quantity).ShareRounded(share.Part, share.Whole, currency.Decimals, rounding) : null,
                    Explanation = share.IsWhole ? $"{quantity} at {charge.Price}" : $"{quantity} at {charge.Price}, {share}",
                }));
            }
        }

        return lines;
    }
}
