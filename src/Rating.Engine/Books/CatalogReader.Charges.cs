using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Charges: a method per model.</content>
internal sealed partial class CatalogReader
{
    // Members that every charge has; one that all models share is added here.
    private static readonly string[] OfCharge = ["key", "name", "model", "taxCode", "cost"];

    // Members that every charge on usage has.
    private static readonly string[] OfUsage = [.. OfCharge, "meter", "where", "groupBy", "periodMinimum", "periodMaximum"];

    // One line per model.
    private Charge ReadCharge(DocumentNode node)
    {
        var model = node.Need("model").Text();
        Charge charge = model switch
        {
            "recurring" => ReadRecurring(node),
            "oneOff" => ReadOneOff(node),
            "flat" => ReadFlat(node),
            "perUnit" => ReadPerUnit(node),
            "graduated" => ReadGraduated(node),
            "volume" => ReadVolume(node),
            "stairstep" => ReadStairstep(node),
            "package" => ReadPackage(node),
            "blocks" => ReadBlocks(node),
            "percentage" => ReadPercentage(node),
            "graduatedPercentage" => ReadGraduatedPercentage(node),
            "volumePercentage" => ReadVolumePercentage(node),
            "matrix" => ReadMatrix(node),
            "dynamic" => ReadDynamic(node),
            "rateDeck" => ReadRateDeck(node),
            _ => throw node.Need("model").Refuse("catalog.model.unknown", $"'{model}' is not a charge model; choose one of recurring, oneOff, flat, perUnit, graduated, volume, stairstep, package, blocks, percentage, graduatedPercentage, volumePercentage, matrix, dynamic, rateDeck."),
        };
        charge.CostPrice = CostPrice(node, model);
        return charge;
    }

    private Flat ReadFlat(DocumentNode node)
    {
        node.Object([.. OfUsage, "price", "when"]);
        var isAlwaysDue = node.Maybe("when")?.OneOf(("usage", false), ("always", true)) ?? false;
        if (isAlwaysDue && node.Maybe("groupBy") is { } groups) throw groups.Refuse("catalog.flat.groups", "a price that is always due has no groups.");
        return new Flat { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), Price = node.Need("price").Price(_currency), IsAlwaysDue = isAlwaysDue };
    }

    private PerUnit ReadPerUnit(DocumentNode node)
    {
        node.Object([.. OfUsage, "price", "freeUnits"]);
        return new PerUnit { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), Price = node.Need("price").Price(_currency), FreeUnits = FreeUnits(node) };
    }

    private Package ReadPackage(DocumentNode node)
    {
        node.Object([.. OfUsage, "size", "price", "rounding", "freeUnits"]);
        return new Package
        {
            Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), Size = Size(node), Price = node.Need("price").Price(_currency), FreeUnits = FreeUnits(node),
            IsRoundedDown = node.Maybe("rounding")?.OneOf(("up", false), ("down", true)) ?? false,
        };
    }

    private static Quantity Size(DocumentNode node)
    {
        var size = node.Need("size").Quantity();
        return size > Quantity.Zero ? size : throw node.Need("size").Refuse("catalog.package.size", "a block holds more than nothing.");
    }

    private static Quantity FreeUnits(DocumentNode node)
    {
        var free = node.Maybe("freeUnits")?.Quantity() ?? Quantity.Zero;
        return free >= Quantity.Zero ? free : throw node.Need("freeUnits").Refuse("catalog.free", "free units are not below zero.");
    }

    private Matrix ReadMatrix(DocumentNode node)
    {
        node.Object([.. OfUsage, "prices", "default"]);
        var meter = MeterOf(node);
        var cells = new List<MatrixCell>();
        foreach (var item in node.Need("prices").Items())
        {
            item.Object("when", "price");
            cells.Add(new MatrixCell(Matches(meter, item.Need("when")), item.Need("price").Price(_currency)));
        }

        if (node.Maybe("default") is { } others) cells.Add(new MatrixCell([], others.Price(_currency)));
        if (cells.Count == 0) throw node.Need("prices").Refuse("catalog.matrix.empty", "a matrix needs at least one price.");
        return new Matrix { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = meter, Where = Where(node), GroupBy = GroupBy(node), Cells = cells };
    }

    private Dynamic ReadDynamic(DocumentNode node)
    {
        node.Object([.. OfUsage, "amount", "markup"]);
        var markup = node.Maybe("markup") is { } given ? Percent(given) : UnitPrice.Free(_currency);
        if (markup.Pico < -1_000_000_000_000 || markup.Pico % 1_000 != 0) throw node.Need("markup").Refuse("percent.invalid", "a markup is -100 % or more, of at most 7 decimals.");
        return new Dynamic { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), Brought = Formula(node.Need("amount")), Markup = markup, Cost = node.Maybe("cost")?.Maybe("amount") is { } cost ? Formula(cost) : null };
    }

    private RateDeckCharge ReadRateDeck(DocumentNode node)
    {
        node.Object([.. OfUsage, "deck", "linePer"]);
        if (node.Maybe("groupBy") is { } groups) throw groups.Refuse("catalog.deck.groups", "calls have a line per destination, or one line ('linePer'); they have no groups.");
        var meter = MeterOf(node);
        if (meter.Aggregation != Aggregation.Sum) throw node.Refuse("catalog.deck.meter", $"a rate deck needs a meter that sums seconds; '{meter.Key}' is {meter.Aggregation}.");
        return new RateDeckCharge
        {
            Key = Key(node), Name = Named(node), Meter = meter, Where = Where(node),
            Deck = DeckOf(node.Need("deck")), BuyDeck = node.Maybe("cost")?.Maybe("deck") is { } buy ? DeckOf(buy) : null, IsOneLine = node.Maybe("linePer")?.OneOf(("destination", false), ("charge", true)) ?? false,
        };
    }

    private RateDeck DeckOf(DocumentNode name) => _decks.TryGetValue(name.Text(), out var found) ? found : throw name.Refuse("catalog.deck.unknown", $"there is no deck '{name.Text()}'; known are {string.Join(", ", _decks.Keys)}.");

    // What is paid: per unit, or call by call, or event by event.
    private UnitPrice? CostPrice(DocumentNode node, string model)
    {
        if (node.Maybe("cost") is not { } cost) return null;
        cost.Object(model switch { "rateDeck" => ["price", "deck"], "dynamic" => ["price", "amount"], _ => ["price"] });
        if (cost.Element.EnumerateObject().Count() != 1) throw cost.Refuse("catalog.cost", "say in one way what it costs.");
        if (node.Maybe("parts") is not null) throw cost.Refuse("catalog.cost", "a bundle has no cost of its own.");
        return cost.Maybe("price")?.Price(_currency);
    }

    private static string Key(DocumentNode node) => node.Need("key").Name();

    private static string Named(DocumentNode node) => node.Maybe("name")?.Name() ?? Key(node);

    private Meter MeterOf(DocumentNode node)
    {
        var name = node.Need("meter");
        return _meters.TryGetValue(name.Text(), out var meter) ? meter : throw name.Refuse("catalog.meter.unknown", $"there is no meter '{name.Text()}'; known are {string.Join(", ", _meters.Keys)}.");
    }

    private List<DimensionMatch> Where(DocumentNode node) => node.Maybe("where") is { } where ? Matches(MeterOf(node), where) : [];

    private static List<DimensionMatch> Matches(Meter meter, DocumentNode where)
    {
        var matches = new List<DimensionMatch>();
        foreach (var (name, value) in where.Members())
        {
            if (!meter.Dimensions.Contains(name, StringComparer.Ordinal)) throw where.Refuse("catalog.where.unknown", $"meter '{meter.Key}' has no dimension '{name}'.");
            var isNot = value.Element.ValueKind == System.Text.Json.JsonValueKind.Object;
            matches.Add(new DimensionMatch([.. Texts(isNot ? value.Object("not").Need("not") : value).Select(text => Meter.Dimension(name, text))], isNot));
        }

        return matches;
    }

    private string[] GroupBy(DocumentNode node)
    {
        var names = Names(node, "groupBy");
        if (Array.Find(names, name => !MeterOf(node).Dimensions.Contains(name, StringComparer.Ordinal)) is { } unknown) throw node.Need("groupBy").Refuse("catalog.where.unknown", $"meter '{MeterOf(node).Key}' has no dimension '{unknown}'.");
        return names;
    }
}
