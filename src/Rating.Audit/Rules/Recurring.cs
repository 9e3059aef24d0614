using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Recurring lines: a share of a period per span, or the full price once.</summary>
internal static class Recurring
{
    /// <summary>The lines of some charges over the spans of one period [start, end) of their schedule.</summary>
    public static IEnumerable<OracleLine> Lines(IReadOnlyList<Span> spans, LocalDate start, LocalDate end, string interval, Func<Charge, bool> isMeant, string kind)
    {
        var chargedOnce = new HashSet<string>();
        foreach (var span in spans.Where(s => !s.Paused))
        {
            foreach (var charge in span.Revision.Charges.Where(c => c.Model == "recurring" && isMeant(c)))
            {
                var quantity = span.Quantity(charge.Quantity);
                if (quantity.IsZero || (charge.Proration == "none" && !chargedOnce.Add(charge.Key))) continue;
                var share = Share(charge, span, start, end, interval);
                var cost = charge.Cost?.Price is { } price ? span.LineCatalog.Line(price * quantity * share) : (Fraction?)null;
                var line = new OracleLine(kind, charge.Key, "", span.From, span.To, quantity, span.LineCatalog.Line(charge.Price * quantity * share)) { Cost = cost, TaxCode = charge.TaxCode ?? "standard" };
                foreach (var part in Bundled(line, charge, span.LineCatalog)) yield return part;
            }
        }
    }

    /// <summary>One line per part of a bundle in place of the charge's.</summary>
    public static IEnumerable<OracleLine> Bundled(OracleLine line, Charge charge, Catalog catalog)
    {
        if (charge.Parts.Count == 0) return [line];
        var weights = charge.Parts.Select(p => p.Weight).ToList();
        var amounts = Split.Of(line.Amount, weights, catalog.Decimals);
        var costs = line.Cost is { } cost ? Split.Of(cost, weights, catalog.Decimals).ConvertAll(c => (Fraction?)c) : null;
        return charge.Parts.Select((part, i) => line with { Detail = part.Key, Amount = amounts[i], Cost = costs?[i], TaxCode = part.TaxCode ?? charge.TaxCode ?? "standard" });
    }

    private static Fraction Share(Charge charge, Span span, LocalDate start, LocalDate end, string interval)
    {
        var (part, whole) = charge.Proration switch
        {
            "none" => (Fraction.One, Fraction.One),
            "second" => (Seconds(First(span, start), Last(span, end)), Seconds(span.Subscription.Moment(start, atStartOfDay: true), span.Subscription.Moment(end, atStartOfDay: true))),
            "fixed30" when interval != "week" => (Days30(span.From, span.To), Days30(start, end)),
            _ => ((Fraction)span.Days, (Fraction)Period.DaysBetween(start, end)),
        };
        return charge.RatioDecimals is { } decimals ? (part / whole).Round(decimals, RoundingRule.HalfUp) : part / whole;
    }

    // Times of day cut a period in two; they do not move its own ends, but for the subscription's start.
    private static Instant First(Span span, LocalDate start) => span.Subscription.Moment(span.From, atStartOfDay: span.From == start && span.From != span.Subscription.Start);

    private static Instant Last(Span span, LocalDate end) => span.Subscription.Moment(span.To, atStartOfDay: span.IsCut || span.To == end || span.To == span.Subscription.End);

    private static Fraction Seconds(Instant from, Instant to) => (long)(to - from).TotalSeconds;

    private static Fraction Days30(LocalDate from, LocalDate to) =>
        (360 * (to.Year - from.Year)) + (30 * (to.Month - from.Month)) + Math.Min(to.Day, 30) - Math.Min(from.Day, 30);
}
