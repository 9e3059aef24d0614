using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Allowances of plans.</content>
internal sealed partial class CatalogReader
{
    private List<Allowance> ReadAllowances(DocumentNode plan, IReadOnlyList<Charge> charges)
    {
        var all = new List<Allowance>();
        foreach (var node in plan.Items("allowances"))
        {
            node.Object("key", "name", "meter", "units", "quantity", "charges", "destinations", "proration", "pooled", "rollover", "interval", "anchor");
            var key = Key(node);
            if (all.Exists(other => string.Equals(other.Key, key, StringComparison.Ordinal))) throw node.Refuse("catalog.key.twice", $"allowance '{key}' stands twice.");
            var meter = MeterOf(node);
            var units = node.Need("units").Quantity();
            if (units < Quantity.Zero) throw node.Need("units").Refuse("quantity.negative", "free units are not below zero.");
            var rollover = node.Maybe("rollover")?.Object("periods", "max");
            var isPooled = node.Maybe("pooled")?.Flag() ?? false;
            if (isPooled && (node.Maybe("rollover") ?? node.Maybe("interval")) is { } carried) throw carried.Refuse("allowance.pooled", "what is shared over an account ends with the invoice; it has no rollover and no interval of its own.");
            if (isPooled && meter.Aggregation == Domain.Usage.Aggregation.TimeWeighted) throw node.Refuse("allowance.pooled", "levels held over time are not shared over an account.");
            if (node.Maybe("interval") is null && node.Maybe("anchor") is { } alone) throw alone.Refuse("catalog.charge.anchor", "'anchor' is for an allowance with an 'interval' of its own.");
            all.Add(new Allowance
            {
                Key = key, Name = Named(node), Meter = meter.Key, Units = units, QuantityName = node.Maybe("quantity")?.Name() ?? "", Charges = Covered(node, charges, meter.Key),
                Destinations = [.. node.Items("destinations").Select(item => item.Name())], IsProrated = node.Maybe("proration")?.OneOf(("day", true), ("none", false)) ?? true, IsPooled = isPooled,
                RolloverPeriods = rollover?.Need("periods").Whole(1, 120) ?? 0, CarriedMax = rollover?.Maybe("max")?.Quantity(),
                Interval = node.Maybe("interval") is { } interval ? new ChargeInterval(interval.OneOf(Intervals), node.Maybe("anchor")?.OneOf(("subscription", false), ("start", true)) ?? false) : null,
            });
        }

        foreach (var pooled in all.Where(allowance => allowance.IsPooled))
            if (all.Find(other => !other.IsPooled && other.Charges.Any(pooled.Covers)) is { } both) throw plan.Need("allowances").Refuse("allowance.pooled", $"'{pooled.Key}' and '{both.Key}' cover the same charge; what an account shares covers charges that no allowance of the subscription covers.");
        foreach (var deck in charges.OfType<RateDeckCharge>())
            if (all.Exists(allowance => allowance.Covers(deck.Key))) deck.IsInAllowance = true;
        return all;
    }

    // The charges on the meter that can be covered, or those of them that are named.
    private static List<string> Covered(DocumentNode node, IReadOnlyList<Charge> charges, string meter)
    {
        var able = charges.OfType<UsageCharge>().Where(charge => string.Equals(charge.Meter.Key, meter, StringComparison.Ordinal) && charge is RateDeckCharge or MeteredCharge { MayBeCovered: true }).Select(charge => charge.Key).ToList();
        foreach (var item in node.Items("charges"))
            if (!able.Contains(item.Text(), StringComparer.Ordinal))
                throw item.Refuse("allowance.charge", $"'{item.Text()}' is no charge of the plan on meter '{meter}' that an allowance can cover: rate decks, and perUnit, graduated, volume, stairstep, package and blocks without groupBy.");
        if (able.Count == 0) throw node.Refuse("allowance.charge", $"the plan has no charge on meter '{meter}' that an allowance can cover.");
        return node.Maybe("charges") is null ? able : [.. node.Items("charges").Select(item => item.Text())];
    }
}
