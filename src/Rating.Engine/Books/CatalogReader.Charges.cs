using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Charges: a method per model.</content>
internal sealed partial class CatalogReader
{
    // Members that every charge has; one that all models share is added here.
    private static readonly string[] OfCharge = ["key", "name", "model", "taxCode"];

    // Members that every charge on usage has.
    private static readonly string[] OfUsage = [.. OfCharge, "meter", "where"];

    // One line per model.
    private Charge ReadCharge(DocumentNode node)
    {
        var model = node.Need("model").Text();
        return model switch
        {
            "recurring" => ReadRecurring(node),
            "oneOff" => ReadOneOff(node),
            "perUnit" => ReadPerUnit(node),
            "graduated" => ReadGraduated(node),
            "volume" => ReadVolume(node),
            "package" => ReadPackage(node),
            "rateDeck" => ReadRateDeck(node),
            _ => throw node.Need("model").Refuse("catalog.model.unknown", $"'{model}' is not a charge model; choose one of recurring, oneOff, perUnit, graduated, volume, package, rateDeck."),
        };
    }

    private PerUnit ReadPerUnit(DocumentNode node)
    {
        node.Object([.. OfUsage, "price"]);
        return new PerUnit { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), Price = node.Need("price").Price(_currency) };
    }

    private Graduated ReadGraduated(DocumentNode node)
    {
        node.Object([.. OfUsage, "tiers"]);
        return new Graduated { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), Tiers = Tiers(node) };
    }

    private Volume ReadVolume(DocumentNode node)
    {
        node.Object([.. OfUsage, "tiers"]);
        return new Volume { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), Tiers = Tiers(node) };
    }

    private Package ReadPackage(DocumentNode node)
    {
        node.Object([.. OfUsage, "size", "price"]);
        var size = node.Need("size").Quantity();
        if (size <= Quantity.Zero) throw node.Need("size").Refuse("catalog.package.size", "a block holds more than nothing.");
        return new Package { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), Size = size, Price = node.Need("price").Price(_currency) };
    }

    private RateDeckCharge ReadRateDeck(DocumentNode node)
    {
        node.Object([.. OfUsage, "deck"]);
        var deck = node.Need("deck");
        var meter = MeterOf(node);
        if (meter.Aggregation != Aggregation.Sum) throw node.Refuse("catalog.deck.meter", $"a rate deck needs a meter that sums seconds; '{meter.Key}' is {meter.Aggregation}.");
        return new RateDeckCharge
        {
            Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = meter, Where = Where(node),
            Deck = _decks.TryGetValue(deck.Text(), out var found) ? found : throw deck.Refuse("catalog.deck.unknown", $"there is no deck '{deck.Text()}'."),
        };
    }

    private static string Key(DocumentNode node) => node.Need("key").Name();

    private static string Named(DocumentNode node) => node.Maybe("name")?.Name() ?? Key(node);

    private Meter MeterOf(DocumentNode node)
    {
        var name = node.Need("meter");
        return _meters.TryGetValue(name.Text(), out var meter) ? meter : throw name.Refuse("catalog.meter.unknown", $"there is no meter '{name.Text()}'; known are {string.Join(", ", _meters.Keys)}.");
    }

    private List<string> Where(DocumentNode node)
    {
        if (node.Maybe("where") is not { } where) return [];
        var meter = MeterOf(node);
        var parts = new List<string>();
        foreach (var (name, value) in where.Members())
        {
            if (!meter.Dimensions.Contains(name, StringComparer.Ordinal)) throw where.Refuse("catalog.where.unknown", $"meter '{meter.Key}' has no dimension '{name}'.");
            parts.Add(Meter.Dimension(name, value.Text()));
        }

        return parts;
    }

    private List<Tier> Tiers(DocumentNode node)
    {
        var list = node.Need("tiers");
        var tiers = new List<Tier>();
        var last = Quantity.Zero;
        var open = false;
        foreach (var item in list.Items())
        {
            item.Object("upTo", "price", "flatFee");
            if (open) throw item.Refuse("catalog.tier.overlap", "the tier before has no 'upTo' and takes everything; only the last tier has none.");
            var top = item.Maybe("upTo")?.Quantity();
            if (top is { } bound && bound <= last) throw item.Refuse("catalog.tier.overlap", $"'upTo' {bound} is not above that of the tier before, {last}.");
            open = top is null;
            last = top ?? last;
            tiers.Add(new Tier(top, item.Need("price").Price(_currency), item.Maybe("flatFee")?.Price(_currency) ?? UnitPrice.Free(_currency)));
        }

        if (tiers.Count == 0 || !open) throw list.Refuse("catalog.tier.gap", $"nothing says what quantities above {last} cost; end with a tier without 'upTo'.");
        return tiers;
    }
}
