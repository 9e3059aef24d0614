using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <summary>Reads a catalog document (docs/formats.md) into checked parts. A further charge model is one more case in <see cref="ReadCharge"/>.</summary>
internal sealed class CatalogReader
{
    private readonly Dictionary<string, Meter> _meters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RateDeck> _decks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private Currency _currency = null!;

    private static (string, RoundingMode)[] Roundings => [("halfUp", RoundingMode.HalfUp), ("halfEven", RoundingMode.HalfEven), ("up", RoundingMode.Up), ("down", RoundingMode.Down)];

    private static (string, BillingInterval)[] Intervals => [("month", BillingInterval.Month), ("quarter", BillingInterval.Quarter), ("year", BillingInterval.Year), ("week", BillingInterval.Week)];

    /// <summary>Reads a catalog.</summary>
    /// <param name="document">The document.</param>
    /// <param name="version">The number that it gets.</param>
    /// <param name="known">The plan revisions of the version before by plan, with the text that each was made from.</param>
    /// <param name="nextRevision">Gives the number of a plan revision that is new.</param>
    /// <exception cref="Refused">Something in it is wrong; the place is named.</exception>
    public static (Catalog Catalog, IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> Revisions) Read(
        JsonElement document, int version, IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> known, Func<int> nextRevision) => new CatalogReader().ReadAll(document, version, known, nextRevision);

    private (Catalog, IReadOnlyDictionary<string, (string, PlanRevision)>) ReadAll(
        JsonElement document, int version, IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> known, Func<int> nextRevision)
    {
        var root = new DocumentNode(document, "").Object("name", "currency", "effectiveFrom", "lineRounding", "meters", "decks", "plans");
        try
        {
            _currency = Currency.Of(root.Need("currency").Text());
        }
        catch (Refused wrong)
        {
            throw root.Need("currency").Refuse(wrong.Code, wrong.Message);
        }

        foreach (var node in root.Items("meters")) Add(_meters, node, ReadMeter(node), meter => meter.Key);
        foreach (var node in root.Items("decks")) Add(_decks, node, ReadDeck(node), deck => deck.Key);
        var read = new Dictionary<string, (string, PlanRevision)>(StringComparer.Ordinal);
        foreach (var node in root.Items("plans"))
        {
            node.Object("key", "name", "interval", "charges");
            var key = node.Need("key").Name();
            if (read.ContainsKey(key)) throw node.Refuse("catalog.key.twice", $"plan '{key}' stands twice.");
            var charges = new List<Charge>();
            var text = node.Element.GetRawText();
            foreach (var item in node.Items("charges"))
            {
                var charge = ReadCharge(item);
                if (charges.Any(other => string.Equals(other.Key, charge.Key, StringComparison.Ordinal))) throw item.Refuse("catalog.key.twice", $"charge '{charge.Key}' stands twice in plan '{key}'.");
                charges.Add(charge);
                if (charge is UsageCharge usage) text += "\nmeter " + _texts["meter " + usage.Meter.Key];
                if (charge is RateDeckCharge deck) text += "\ndeck " + _texts["deck " + deck.Deck.Key];
            }

            if (charges.Count == 0) throw node.Refuse("catalog.plan.empty", $"plan '{key}' charges nothing; give it at least one charge.");
            var interval = node.Maybe("interval")?.OneOf(Intervals) ?? BillingInterval.Month;
            read[key] = known.TryGetValue(key, out var before) && string.Equals(before.Text, text, StringComparison.Ordinal)
                ? before
                : (text, new PlanRevision(nextRevision(), key, node.Maybe("name")?.Name() ?? key, version, interval, charges));
        }

        if (read.Count == 0) throw root.Refuse("catalog.empty", "the catalog has no plan.");
        var catalog = new Catalog
        {
            Name = root.Maybe("name")?.Name() ?? "", Currency = _currency, LineRounding = root.Maybe("lineRounding")?.OneOf(Roundings) ?? RoundingMode.HalfUp,
            Meters = [.. _meters.Values], Plans = read.ToDictionary(pair => pair.Key, pair => pair.Value.Item2, StringComparer.Ordinal),
        };
        return (catalog, read);
    }

    private void Add<T>(Dictionary<string, T> all, DocumentNode node, T one, Func<T, string> keyOf)
    {
        if (!all.TryAdd(keyOf(one), one)) throw node.Refuse("catalog.key.twice", $"'{keyOf(one)}' stands twice.");
        _texts[(one is Meter ? "meter " : "deck ") + keyOf(one)] = node.Element.GetRawText();
    }

    private static Meter ReadMeter(DocumentNode node)
    {
        node.Object("key", "name", "unit", "event", "value", "aggregation", "dimensions", "filter", "allowNegative");
        var key = node.Need("key").Name();
        var value = node.Maybe("value")?.Name() ?? "";
        var aggregation = node.Maybe("aggregation")?.OneOf(
            ("count", Aggregation.Count), ("sum", Aggregation.Sum), ("max", Aggregation.Max), ("min", Aggregation.Min), ("unique", Aggregation.Unique), ("latest", Aggregation.Latest))
            ?? (value.Length == 0 ? Aggregation.Count : Aggregation.Sum);
        if (aggregation != Aggregation.Count && value.Length == 0) throw node.Refuse("catalog.meter.value", $"meter '{key}' needs 'value', the data field that it works on.");
        var filter = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        if (node.Maybe("filter") is { } filters)
            foreach (var (name, allowed) in filters.Members())
                filter[name] = allowed.Element.ValueKind == JsonValueKind.Array ? [.. allowed.Items().Select(item => item.Text())] : [allowed.Text()];
        return new Meter
        {
            Key = key, Name = node.Maybe("name")?.Name() ?? key, Unit = node.Maybe("unit")?.Name() ?? "", EventType = node.Need("event").Name(), Value = value, Aggregation = aggregation,
            Dimensions = [.. node.Items("dimensions").Select(item => item.Name())], Filter = filter, AllowNegative = node.Maybe("allowNegative")?.Flag() ?? false,
        };
    }

    private RateDeck ReadDeck(DocumentNode node)
    {
        node.Object("key", "name", "number", "timeZone", "rounding", "bands", "rates");
        var rounding = node.Maybe("rounding")?.Object("decimals", "mode");
        var bands = node.Items("bands").Select(ReadBand).ToList();
        var rates = node.Items("rates").Select(ReadRate).ToList();
        if (rates.Count == 0) throw node.Refuse("deck.empty", "a deck needs at least one rate.");
        try
        {
            return new RateDeck(node.Need("key").Name(), node.Maybe("number")?.Name() ?? "called", _currency, node.Need("timeZone").Zone(), rounding?.Maybe("decimals")?.Whole(0, Limits.CallDecimalsMax) ?? 4,
                rounding?.Maybe("mode")?.OneOf(Roundings) ?? RoundingMode.HalfUp, bands, rates);
        }
        catch (Refused wrong) when (wrong.Where.Length == 0)
        {
            throw node.Refuse(wrong.Code, wrong.Message);
        }
    }

    private static RateBand ReadBand(DocumentNode node)
    {
        node.Object("name", "days", "from", "to");
        var days = node.Items("days").Select(day => day.OneOf(
            ("mon", IsoDayOfWeek.Monday), ("tue", IsoDayOfWeek.Tuesday), ("wed", IsoDayOfWeek.Wednesday), ("thu", IsoDayOfWeek.Thursday), ("fri", IsoDayOfWeek.Friday),
            ("sat", IsoDayOfWeek.Saturday), ("sun", IsoDayOfWeek.Sunday))).ToList();
        if (days.Count == 0 && (node.Maybe("from") is not null || node.Maybe("to") is not null)) throw node.Refuse("deck.bands", "a band with hours needs days.");
        return new RateBand(node.Need("name").Name(), days, days.Count == 0 ? 0 : Minute(node.Maybe("from"), 0), days.Count == 0 ? 0 : Minute(node.Maybe("to"), 1440));
    }

    private static int Minute(DocumentNode? node, int whenMissing)
    {
        if (node is not { } time) return whenMissing;
        var text = time.Text();
        return text.Length == 5 && text[2] == ':' && int.TryParse(text.AsSpan(0, 2), out var hour) && int.TryParse(text.AsSpan(3), out var minute) && hour >= 0 && minute is >= 0 and < 60 && hour * 60 + minute <= 1440
            ? hour * 60 + minute
            : throw time.Refuse("document.time", $"'{text}' is not a time of day such as 08:00, up to 24:00.");
    }

    private Rate ReadRate(DocumentNode node)
    {
        node.Object("prefix", "destination", "band", "perMinute", "connectionFee", "minimumCharge", "initialSeconds", "incrementSeconds", "from", "to");
        var free = UnitPrice.Free(_currency);
        return new Rate
        {
            Prefix = node.Need("prefix").Name(), Destination = node.Need("destination").Name(), Band = node.Maybe("band")?.Text() ?? "", PerMinute = NotNegative(node.Need("perMinute")),
            ConnectionFee = node.Maybe("connectionFee") is { } fee ? NotNegative(fee) : free, MinimumCharge = node.Maybe("minimumCharge") is { } least ? NotNegative(least) : free,
            InitialSeconds = node.Maybe("initialSeconds")?.Whole(1, 86_400) ?? 60, IncrementSeconds = node.Maybe("incrementSeconds")?.Whole(1, 86_400) ?? 60,
            From = node.Maybe("from")?.Date(), To = node.Maybe("to")?.Date(),
        };
    }

    private UnitPrice NotNegative(DocumentNode node)
    {
        var price = node.Price(_currency);
        return price.Pico >= 0 ? price : throw node.Refuse("price.negative", "a rate is not below zero.");
    }

    private Charge ReadCharge(DocumentNode node)
    {
        var model = node.Need("model").Text();
        switch (model)
        {
            case "recurring":
                node.Object("key", "name", "model", "timing", "price", "quantity", "proration");
                return new RecurringCharge
                {
                    Key = Key(node), Name = Named(node), Price = node.Need("price").Price(_currency), QuantityName = node.Maybe("quantity")?.Name() ?? "",
                    InAdvance = node.Maybe("timing")?.OneOf(("advance", true), ("arrears", false)) ?? false,
                    Proration = node.Maybe("proration")?.OneOf(("day", Proration.Day), ("none", Proration.None)) ?? Proration.Day,
                };
            case "oneOff":
                node.Object("key", "name", "model", "price", "quantity");
                return new OneOffCharge { Key = Key(node), Name = Named(node), Price = node.Need("price").Price(_currency), QuantityName = node.Maybe("quantity")?.Name() ?? "" };
            case "perUnit":
                node.Object("key", "name", "model", "meter", "where", "price");
                return new PerUnit { Key = Key(node), Name = Named(node), Meter = MeterOf(node), Where = Where(node), Price = node.Need("price").Price(_currency) };
            case "graduated":
                node.Object("key", "name", "model", "meter", "where", "tiers");
                return new Graduated { Key = Key(node), Name = Named(node), Meter = MeterOf(node), Where = Where(node), Tiers = Tiers(node) };
            case "volume":
                node.Object("key", "name", "model", "meter", "where", "tiers");
                return new Volume { Key = Key(node), Name = Named(node), Meter = MeterOf(node), Where = Where(node), Tiers = Tiers(node) };
            case "package":
                node.Object("key", "name", "model", "meter", "where", "size", "price");
                var size = node.Need("size").Quantity();
                if (size <= Quantity.Zero) throw node.Need("size").Refuse("catalog.package.size", "a block holds more than nothing.");
                return new Package { Key = Key(node), Name = Named(node), Meter = MeterOf(node), Where = Where(node), Size = size, Price = node.Need("price").Price(_currency) };
            case "rateDeck":
                node.Object("key", "name", "model", "meter", "where", "deck");
                var deck = node.Need("deck");
                var meter = MeterOf(node);
                if (meter.Aggregation != Aggregation.Sum) throw node.Refuse("catalog.deck.meter", $"a rate deck needs a meter that sums seconds; '{meter.Key}' is {meter.Aggregation}.");
                return new RateDeckCharge
                {
                    Key = Key(node), Name = Named(node), Meter = meter, Where = Where(node),
                    Deck = _decks.TryGetValue(deck.Text(), out var found) ? found : throw deck.Refuse("catalog.deck.unknown", $"there is no deck '{deck.Text()}'."),
                };
            default:
                throw node.Need("model").Refuse("catalog.model.unknown", $"'{model}' is not a charge model; choose one of recurring, oneOff, perUnit, graduated, volume, package, rateDeck.");
        }
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
