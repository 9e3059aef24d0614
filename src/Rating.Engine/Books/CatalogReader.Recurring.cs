using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Charges that no usage is needed for.</content>
internal sealed partial class CatalogReader
{
    private RecurringCharge ReadRecurring(DocumentNode node)
    {
        node.Object([.. OfCharge, "timing", "price", "quantity", "proration", "ratioDecimals", "interval", "anchor", "credit", "parts"]);
        if (node.Maybe("interval") is null && node.Maybe("anchor") is { } alone) throw alone.Refuse("catalog.charge.anchor", "'anchor' is for a charge with an 'interval' of its own.");
        return new RecurringCharge
        {
            Key = Key(node), Name = Named(node), Price = node.Need("price").Price(_currency), QuantityName = node.Maybe("quantity")?.Name() ?? "",
            InAdvance = node.Maybe("timing")?.OneOf(("advance", true), ("arrears", false)) ?? false,
            Proration = node.Maybe("proration")?.OneOf(("day", Proration.Day), ("second", Proration.Second), ("fixed30", Proration.Fixed30), ("none", Proration.None)) ?? Proration.Day,
            RatioDecimals = node.Maybe("ratioDecimals")?.Whole(0, 12),
            Interval = node.Maybe("interval") is { } interval ? new ChargeInterval(interval.OneOf(Intervals), node.Maybe("anchor")?.OneOf(("subscription", false), ("start", true)) ?? false) : null,
            IsCredited = node.Maybe("credit")?.OneOf(("unused", true), ("none", false)) ?? true, Parts = Parts(node),
        };
    }

    private OneOffCharge ReadOneOff(DocumentNode node)
    {
        node.Object([.. OfCharge, "price", "quantity", "parts"]);
        return new OneOffCharge { Key = Key(node), Name = Named(node), Price = node.Need("price").Price(_currency), QuantityName = node.Maybe("quantity")?.Name() ?? "", Parts = Parts(node) };
    }

    private List<BundlePart> Parts(DocumentNode node)
    {
        var parts = new List<BundlePart>();
        foreach (var item in node.Items("parts"))
        {
            item.Object("key", "name", "weight", "taxCode");
            var key = Key(item);
            if (parts.Exists(part => string.Equals(part.Key, key, StringComparison.Ordinal))) throw item.Refuse("catalog.key.twice", $"part '{key}' stands twice.");
            var weight = item.Need("weight").Quantity();
            if (weight < Quantity.Zero) throw item.Need("weight").Refuse("quantity.negative", "a weight is not below zero.");
            parts.Add(new BundlePart(key, Named(item), weight, item.Maybe("taxCode")?.Name() ?? TaxCode(node)));
        }

        if (parts.Count > 0 && parts.TrueForAll(part => part.Weight == Quantity.Zero)) throw node.Need("parts").Refuse("catalog.bundle.weights", "the weights are all 0; nothing says how the price is split.");
        return parts;
    }

    private string TaxCode(DocumentNode node) => node.Maybe("taxCode")?.Name() ?? _planTaxCode;
}
