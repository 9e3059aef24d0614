using System.Text.Json;
using Rating.Domain.Usage;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>What is counted.</content>
internal sealed partial class CatalogReader
{
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
}
