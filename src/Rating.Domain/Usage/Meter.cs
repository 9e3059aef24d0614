namespace Rating.Domain.Usage;

/// <summary>What is counted: which events, which value of theirs, and how a period's values become one figure.</summary>
public sealed class Meter
{
    /// <summary>Its name in the catalog.</summary>
    public required string Key { get; init; }

    /// <summary>Its name on an invoice.</summary>
    public required string Name { get; init; }

    /// <summary>The unit of its figure, such as <c>s</c>, <c>GB</c> or <c>message</c>; empty when it has none.</summary>
    public required string Unit { get; init; }

    /// <summary>The event type that it takes.</summary>
    public required string EventType { get; init; }

    /// <summary>The data field with the value; empty for <see cref="Aggregation.Count"/>.</summary>
    public required string Value { get; init; }

    /// <summary>How values become one figure.</summary>
    public required Aggregation Aggregation { get; init; }

    /// <summary>The data fields by which the figure is kept apart.</summary>
    public required string[] Dimensions { get; init; }

    /// <summary>Data fields and the values that they may have; an event with another value is not for this meter.</summary>
    public required IReadOnlyDictionary<string, string[]> Filter { get; init; }

    /// <summary>Whether a value below zero makes sense, as a correction does.</summary>
    public bool AllowNegative { get; init; }

    /// <summary>Whether an event is for this meter.</summary>
    public bool Takes(UsageRecord record)
    {
        if (!string.Equals(record.Type, EventType, StringComparison.Ordinal)) return false;
        if (Filter.Count == 0) return true;
        foreach (var (name, allowed) in Filter)
            if (!record.TryGet(name, out var field) || !IsOneOf(field.Value, allowed)) return false;
        return true;
    }

    /// <summary>The event's value: 1 for a count, 0 for unique (which looks at text), else the field as a number.</summary>
    /// <returns>False when the field is missing, no number, out of range, or negative where that makes no sense.</returns>
    public bool TryValue(UsageRecord record, out Quantity value)
    {
        value = Quantity.One;
        if (Aggregation == Aggregation.Count) return true;
        if (!record.TryGet(Value, out var field)) return false;
        if (Aggregation == Aggregation.Unique) return field.Value.Length > 0;
        return Quantity.TryParse(field.Value.Span, out value) && (AllowNegative || value >= Quantity.Zero);
    }

    /// <summary>The values of the dimensions as one text: <c>direction=outbound;region=eu</c>, empty without dimensions. A missing field is empty.</summary>
    public string DimensionsOf(UsageRecord record)
    {
        if (Dimensions.Length == 0) return "";
        if (Dimensions.Length == 1) return record.TryGet(Dimensions[0], out var only) ? Dimension(Dimensions[0], only.Text) : Dimension(Dimensions[0], "");
        return string.Join(';', Dimensions.Select(name => record.TryGet(name, out var field) ? Dimension(name, field.Text) : Dimension(name, "")));
    }

    /// <summary>One dimension with its value, as totals are kept under.</summary>
    public static string Dimension(string name, string value) =>
        string.Concat(name, "=", value.AsSpan().ContainsAny(";=%") ? Uri.EscapeDataString(value) : value);

    private static bool IsOneOf(Utf8Text value, string[] allowed)
    {
        foreach (var one in allowed)
            if (value.Is(one)) return true;
        return false;
    }
}
