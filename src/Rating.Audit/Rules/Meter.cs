using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>Which events count, and what of them.</summary>
internal sealed record Meter(
    string Key, string Name, string Unit, string Event, string? Value, string Aggregation, string[] Dimensions, (string Field, string[] Values)[] Filter, bool AllowNegative)
{
    public static Meter Read(JsonElement json)
    {
        var value = json.Member("value")?.AsText();
        return new Meter(
            json.Text("key"), json.Text("name", ""), json.Text("unit", ""), json.Text("event"), value,
            json.Text("aggregation", value is null ? "count" : "sum"),
            json.Member("dimensions")?.Texts() ?? [],
            [.. json.Member("filter")?.EnumerateObject().Select(f => (f.Name, f.Value.Texts())) ?? []],
            json.Flag("allowNegative"));
    }

    /// <summary>Everything that rating or a line can depend on, as one text.</summary>
    public string Content => string.Join('\u001f', [
        Key, Name, Unit, Event, Value ?? "", Aggregation, string.Join('\u001e', Dimensions), AllowNegative.ToString(),
        .. Filter.OrderBy(f => f.Field, StringComparer.Ordinal).Select(f => f.Field + '\u001e' + string.Join('\u001e', f.Values.Order(StringComparer.Ordinal)))]);

    public bool Takes(UsageEvent e) => e.Type == Event && Filter.All(f => e.Field(f.Field) is { } text && f.Values.Contains(text));

    public string[] DimensionsOf(UsageEvent e) => Dimensions.Length == 0 ? [] : [.. Dimensions.Select(name => e.Field(name) ?? "")];

    /// <summary>Dimensions as they are written: <c>name=value;name=value</c>.</summary>
    public string Written(string[] values) => string.Join(';', Dimensions.Zip(values, (name, value) =>
        name + "=" + value.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal).Replace("=", "%3D", StringComparison.Ordinal)));

    /// <summary>Reads what the event counts (a text for <c>unique</c>, else a number), or false when the value is bad.</summary>
    public bool TryMeasure(UsageEvent e, out Fraction number, out string text)
    {
        number = Fraction.Zero;
        text = "";
        if (Aggregation == "count")
        {
            number = Fraction.One;
            return true;
        }
        if (Value is null || !e.Data.TryGetValue(Value, out var field)) return false;
        if (Aggregation == "unique")
        {
            text = field.Text;
            return text.Length > 0;
        }
        return Fraction.TryParse(field.Text, out number) && number.HasAtMostDecimals(9)
            && number <= 1_000_000_000_000 && number >= -1_000_000_000_000 && (AllowNegative || number.Sign >= 0);
    }

    /// <summary>The figure of a period from everything that counted in it; 0 without usage.</summary>
    public Fraction Figure(IReadOnlyCollection<Measured> usage)
    {
        if (usage.Count == 0) return Fraction.Zero;
        return Aggregation switch
        {
            "count" => usage.Count,
            "sum" => usage.Aggregate(Fraction.Zero, (sum, m) => sum + m.Number),
            "max" => usage.Aggregate(usage.First().Number, (max, m) => Fraction.Max(max, m.Number)),
            "min" => usage.Aggregate(usage.First().Number, (min, m) => Fraction.Min(min, m.Number)),
            "unique" => usage.Select(m => m.Text).Distinct(StringComparer.Ordinal).LongCount(),
            "latest" => usage.Aggregate((last, m) => m.IsAfter(last) ? m : last).Number,
            _ => throw new FormatException($"'{Aggregation}' is not an aggregation."),
        };
    }
}
