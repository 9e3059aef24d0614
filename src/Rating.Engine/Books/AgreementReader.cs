using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Usage;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <summary>Reads what is agreed beside prices: commitments, discounts, credits, exemptions (docs/formats.md, "Around the charges").</summary>
internal static class AgreementReader
{
    /// <summary>The members of an account that matter when it is invoiced.</summary>
    public static readonly string[] OfAccount = ["taxAddress", "exemptions", "reverseCharge", "discounts", "credits", "minimum", "maximum"];

    /// <summary>The members of a subscription beside its terms.</summary>
    public static readonly string[] OfSubscription = ["discounts", "serviceAddress", "alerts"];

    /// <summary>Some members as they were written, an object of their own; empty when there are none.</summary>
    public static string AsWritten(DocumentNode node, IReadOnlyList<string> members)
    {
        var written = string.Join(',', members.Where(name => node.Maybe(name) is not null).Select(name => $"\"{name}\":{node.Need(name).Element.GetRawText()}"));
        return written.Length == 0 ? "" : $"{{{written}}}";
    }

    /// <summary>What is agreed with an account.</summary>
    /// <param name="node">The account's document.</param>
    /// <param name="currency">The currency of its amounts; null while there is no catalog.</param>
    public static AccountTerms Account(DocumentNode node, Currency? currency)
    {
        // Most have none: one and the same object says so for all.
        if (OfAccount.All(member => node.Maybe(member) is null)) return AccountTerms.None;
        Currency Known(string member) => currency ?? throw node.Need(member).Refuse("catalog.missing", "there is no catalog yet, so no currency; put one first.");
        return new AccountTerms
        {
            TaxAddress = node.Maybe("taxAddress")?.Name() ?? "", Exemptions = [.. node.Items("exemptions").Select(Exemption)], ReverseCharge = [.. node.Items("reverseCharge").Select(item => item.Name())],
            Discounts = node.Maybe("discounts") is null ? [] : Discounts(node, Known("discounts"), ofAccount: true), Credits = node.Maybe("credits") is null ? [] : Credits(node, Known("credits")),
            Minimum = node.Maybe("minimum") is { } least ? Commitment(least, Known("minimum"), "amount") : null, Maximum = node.Maybe("maximum") is { } most ? Commitment(most, Known("maximum"), "amount") : null,
        };
    }

    /// <summary>A minimum or maximum: an amount, or an object with one.</summary>
    public static Commitment Commitment(DocumentNode node, Currency currency, params string[] members)
    {
        if (node.Element.ValueKind != System.Text.Json.JsonValueKind.Object) return new Commitment(node.Amount(currency), true, []);
        node.Object(members);
        return new Commitment(
            node.Need("amount").Amount(currency), node.Maybe("proration")?.OneOf(("day", true), ("none", false)) ?? true, [.. node.Items("charges").Select(item => item.Name())]);
    }

    /// <summary>The discounts of a subscription or an account.</summary>
    public static IReadOnlyList<Discount> Discounts(DocumentNode owner, Currency currency, bool ofAccount)
    {
        // Most have none: no list of each one's own.
        if (owner.Maybe("discounts") is null) return [];
        var all = new List<Discount>();
        foreach (var node in owner.Items("discounts"))
        {
            node.Object("key", "name", "percent", "amount", "units", "charge", "from", "to", "periods");
            var key = node.Need("key").Name();
            if (all.Exists(other => string.Equals(other.Key, key, StringComparison.Ordinal))) throw node.Refuse("discount.twice", $"discount '{key}' stands twice.");
            string[] kinds = ofAccount ? ["percent", "amount"] : ["percent", "amount", "units"];
            if (kinds.Count(kind => node.Maybe(kind) is not null) != 1) throw node.Refuse("discount.kind", $"give exactly one of {string.Join(", ", kinds)}.");
            if (ofAccount && (node.Maybe("units") ?? node.Maybe("periods")) is { } misplaced) throw misplaced.Refuse("discount.kind", "'units' and 'periods' are for discounts of a subscription; an account's has 'from' and 'to'.");
            if (node.Maybe("periods") is not null && node.Maybe("to") is not null) throw node.Refuse("discount.days", "give either 'to' or 'periods'.");
            var (from, to) = Days(node);
            var units = node.Maybe("units")?.Quantity();
            if (units < Quantity.Zero) throw node.Need("units").Refuse("quantity.negative", "units are not below zero.");
            all.Add(new Discount
            {
                Key = key, Name = node.Maybe("name")?.Name() ?? key, Percent = node.Maybe("percent")?.Percent(100), Amount = node.Maybe("amount")?.Amount(currency), Units = units,
                Charge = node.Maybe("charge")?.Name() ?? "", From = from, To = to, Periods = node.Maybe("periods")?.Whole(1, 1_200),
            });
        }

        return all;
    }

    /// <summary>The alerts of a plan or a subscription.</summary>
    /// <param name="owner">Its document.</param>
    /// <param name="currency">The currency of thresholds of a charge.</param>
    /// <param name="meters">The meters that the catalog has, by key.</param>
    public static IReadOnlyList<Alert> Alerts(DocumentNode owner, Currency currency, IReadOnlyDictionary<string, Meter> meters)
    {
        if (owner.Maybe("alerts") is null) return [];
        var all = new List<Alert>();
        foreach (var node in owner.Items("alerts"))
        {
            node.Object("key", "name", "meter", "thresholds");
            var key = node.Need("key").Name();
            if (all.Exists(other => string.Equals(other.Key, key, StringComparison.Ordinal))) throw node.Refuse("alert.twice", $"alert '{key}' stands twice.");
            var meter = node.Maybe("meter")?.Text() ?? "";
            if (meter.Length > 0 && !meters.ContainsKey(meter)) throw node.Need("meter").Refuse("catalog.meter.unknown", $"the catalog has no meter '{meter}'.");
            if (meter.Length > 0 && meters[meter].Aggregation == Aggregation.TimeWeighted) throw node.Need("meter").Refuse("alert.meter", $"meter '{meter}' holds a level, which moves by time alone; an alert is on what usage changes.");
            all.Add(new Alert(key, node.Maybe("name")?.Name() ?? key, meter, Thresholds(node, meter.Length > 0 ? null : currency)));
        }

        return all;
    }

    private static List<AlertThreshold> Thresholds(DocumentNode alert, Currency? currency)
    {
        var all = new List<AlertThreshold>();
        foreach (var node in alert.Need("thresholds").Items())
        {
            node.Object("code", "value", "recurring");
            var threshold = new AlertThreshold(node.Need("code").Name(), node.Need("value").Quantity(), node.Maybe("recurring")?.Flag() ?? false);
            if (currency is not null) _ = node.Need("value").Amount(currency);
            if (threshold.Value <= Quantity.Zero) throw node.Need("value").Refuse("alert.threshold", "a threshold is above zero.");
            if (all.Exists(other => string.Equals(other.Code, threshold.Code, StringComparison.Ordinal))) throw node.Refuse("alert.threshold", $"threshold '{threshold.Code}' stands twice.");
            if (threshold.IsRecurring && all.Exists(other => other.IsRecurring)) throw node.Refuse("alert.threshold", "one threshold of an alert can be recurring.");
            all.Add(threshold);
        }

        return all.Count is > 0 and <= Limits.AlertThresholdsMax ? all : throw alert.Need("thresholds").Refuse("alert.threshold", $"give 1 to {Limits.AlertThresholdsMax} thresholds.");
    }

    private static List<CreditGrant> Credits(DocumentNode owner, Currency currency)
    {
        var all = new List<CreditGrant>();
        foreach (var node in owner.Items("credits"))
        {
            node.Object("key", "amount", "currency", "priority", "from", "to", "charges", "apply");
            var key = node.Need("key").Name();
            if (all.Exists(other => string.Equals(other.Key, key, StringComparison.Ordinal))) throw node.Refuse("credit.twice", $"credit '{key}' stands twice.");
            node.SameCurrency(currency);
            var (from, to) = Days(node);
            all.Add(new CreditGrant(
                key, node.Need("amount").Amount(currency), node.Maybe("priority")?.Whole(0, 1_000_000) ?? 0, from, to, [.. node.Items("charges").Select(item => item.Name())],
                node.Maybe("apply")?.OneOf(("afterTax", false), ("beforeTax", true)) ?? false));
        }

        return all;
    }

    private static TaxExemption Exemption(DocumentNode node)
    {
        node.Object("type", "jurisdiction", "from", "to", "certificate");
        var (from, to) = Days(node);
        return new TaxExemption(node.Need("type").Name(), node.Maybe("jurisdiction")?.Name() ?? "", from, to, node.Maybe("certificate")?.Name() ?? "");
    }

    /// <summary>The days <c>from</c> and <c>to</c>.</summary>
    public static (LocalDate? From, LocalDate? To) Days(DocumentNode node)
    {
        var (from, to) = (node.Maybe("from")?.Date(), node.Maybe("to")?.Date());
        return to <= from ? throw node.Need("to").Refuse("document.days", "'to' must be after 'from'; it is the day after the last.") : (from, to);
    }
}
