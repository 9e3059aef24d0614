using System.Text.Json;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>What is counted.</content>
internal sealed partial class CatalogReader
{
    private static readonly (string, Aggregation)[] Aggregations =
    [
        ("count", Aggregation.Count), ("sum", Aggregation.Sum), ("max", Aggregation.Max), ("min", Aggregation.Min), ("unique", Aggregation.Unique), ("latest", Aggregation.Latest),
        ("average", Aggregation.Average), ("timeWeighted", Aggregation.TimeWeighted),
    ];

    private static Meter ReadMeter(DocumentNode node)
    {
        node.Object("key", "name", "unit", "event", "value", "compute", "aggregation", "dimensions", "filter", "allowNegative", "conversion", "level");
        var key = node.Need("key").Name();
        var value = node.Maybe("value")?.Name() ?? "";
        var compute = node.Maybe("compute") is { } formula ? Formula(formula) : null;
        var aggregation = node.Maybe("aggregation")?.OneOf(Aggregations) ?? (value.Length == 0 && compute is null ? Aggregation.Count : Aggregation.Sum);
        if (value.Length > 0 && compute is not null) throw node.Refuse("catalog.meter.value", $"meter '{key}' has 'value' and 'compute'; keep one of them.");
        if (aggregation is Aggregation.Count or Aggregation.Unique && compute is not null) throw node.Refuse("catalog.meter.value", $"meter '{key}' counts; it takes no 'compute'.");
        if (aggregation != Aggregation.Count && value.Length == 0 && compute is null) throw node.Refuse("catalog.meter.value", $"meter '{key}' needs 'value', the data field that it works on, or 'compute'.");
        var level = node.Maybe("level") is { } rule ? Level(rule) : new LevelRule(true, Quantity.Zero, false, TimeSpan.TicksPerHour);
        if (aggregation != Aggregation.TimeWeighted && node.Maybe("level") is { } stray) throw stray.Refuse("catalog.meter.level", $"only a timeWeighted meter has a level; '{key}' is {aggregation}.");
        var conversion = node.Maybe("conversion") is { } given ? Conversion(given) : null;
        if (conversion is { OnEvent: true } && aggregation is Aggregation.Count or Aggregation.Unique) throw node.Need("conversion").Refuse("catalog.meter.conversion", $"meter '{key}' counts events; convert the figure.");
        return new Meter
        {
            Key = key, Name = node.Maybe("name")?.Name() ?? key, Unit = node.Maybe("unit")?.Name() ?? "", EventType = node.Need("event").Name(), Value = value, Compute = compute, Aggregation = aggregation,
            Dimensions = Names(node, "dimensions"), Filter = node.Maybe("filter") is { } filters ? [.. filters.Members().Select(field => Filter(field.Name, field.Value))] : [],
            AllowNegative = level.IsChange || (node.Maybe("allowNegative")?.Flag() ?? false), Conversion = conversion, Level = level,
        };
    }

    private static string[] Names(DocumentNode node, string member)
    {
        var names = new List<string>();
        foreach (var item in node.Items(member))
        {
            var name = item.Name();
            if (names.Contains(name, StringComparer.Ordinal)) throw item.Refuse("catalog.dimension.twice", $"dimension '{name}' stands twice.");
            names.Add(name);
        }

        return [.. names];
    }

    private static Expression Formula(DocumentNode node)
    {
        try
        {
            return Expression.Parse(node.Text());
        }
        catch (Refused wrong)
        {
            throw node.Refuse(wrong.Code, wrong.Message);
        }
    }

    private static FieldFilter Filter(string field, DocumentNode node)
    {
        if (node.Element.ValueKind != JsonValueKind.Object) return new FieldFilter { Field = field, Is = Texts(node) };
        node.Object("is", "not", "above", "atLeast", "below", "atMost", "prefix", "exists");
        var (above, least, below, most) = (node.Maybe("above"), node.Maybe("atLeast"), node.Maybe("below"), node.Maybe("atMost"));
        if ((above is not null && least is not null) || (below is not null && most is not null)) throw node.Refuse("catalog.filter", "give 'above' or 'atLeast', 'below' or 'atMost', not both.");
        return new FieldFilter
        {
            Field = field, Is = node.Maybe("is") is { } one ? Texts(one) : null, Not = node.Maybe("not") is { } none ? Texts(none) : [], Prefix = node.Maybe("prefix") is { } begin ? Texts(begin) : null,
            Least = (above ?? least)?.Quantity(), IsAbove = above is not null, Most = (below ?? most)?.Quantity(), IsBelow = below is not null, Exists = node.Maybe("exists")?.Flag(),
        };
    }

    // Truth values are texts of data fields, too.
    private static string[] Texts(DocumentNode node) => node.Element.ValueKind == JsonValueKind.Array ? [.. node.Items().Select(TextOf)] : [TextOf(node)];

    private static string TextOf(DocumentNode node) => node.Element.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => node.Text() };

    private static UnitConversion Conversion(DocumentNode node)
    {
        node.Object("multiply", "divide", "decimals", "rounding", "on");
        var multiply = node.Maybe("multiply")?.Quantity() ?? Quantity.One;
        var divide = node.Maybe("divide")?.Quantity() ?? Quantity.One;
        if (multiply <= Quantity.Zero || divide <= Quantity.Zero) throw node.Refuse("catalog.meter.conversion", "'multiply' and 'divide' are above 0.");
        return new UnitConversion(
            multiply, divide, node.Maybe("decimals")?.Whole(0, Limits.QuantityDecimals) ?? Limits.QuantityDecimals, node.Maybe("rounding")?.OneOf(Roundings) ?? RoundingMode.HalfUp,
            node.Maybe("on")?.OneOf(("figure", false), ("event", true)) ?? false);
    }

    private static LevelRule Level(DocumentNode node)
    {
        node.Object("carry", "initial", "value", "per");
        return new LevelRule(
            node.Maybe("carry")?.Flag() ?? true, node.Maybe("initial")?.Quantity() ?? Quantity.Zero, node.Maybe("value")?.OneOf(("level", false), ("change", true)) ?? false,
            node.Maybe("per")?.OneOf(("second", TimeSpan.TicksPerSecond), ("minute", TimeSpan.TicksPerMinute), ("hour", TimeSpan.TicksPerHour), ("day", TimeSpan.TicksPerDay), ("period", 0)) ?? TimeSpan.TicksPerHour);
    }
}
