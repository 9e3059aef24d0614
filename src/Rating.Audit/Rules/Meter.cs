using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>Which events count, and what of them.</summary>
internal sealed class Meter
{
    private static readonly Fraction ValueMax = 1_000_000_000_000;
    private readonly string _event;
    private readonly string? _value;
    private readonly Expression? _compute;
    private readonly List<FieldCondition> _filter;
    private readonly bool _allowNegative;
    private readonly Conversion? _conversion;

    public Meter(JsonElement json)
    {
        Key = json.Text("key");
        _event = json.Text("event");
        _value = json.Member("value")?.AsText();
        _compute = json.Member("compute") is { } compute ? Expression.Parse(compute.AsText()) : null;
        Aggregation = json.Text("aggregation", _value is null && _compute is null ? "count" : "sum");
        Dimensions = json.Member("dimensions")?.Texts() ?? [];
        _filter = [.. json.Member("filter")?.EnumerateObject().Select(f => new FieldCondition(f.Name, f.Value)) ?? []];
        _allowNegative = json.Flag("allowNegative");
        _conversion = Conversion.Read(json.Member("conversion"));
        Level = Level.Read(json.Member("level"));
        Content = Canonical.Text(json);
    }

    public string Key { get; }
    public string Aggregation { get; }
    public string[] Dimensions { get; }
    public Level Level { get; }
    public bool IsTimeWeighted => Aggregation == "timeWeighted";

    /// <summary>Negative amounts, too, may come in events.</summary>
    public bool AllowsNegative => _allowNegative;

    /// <summary>Everything that rating or a line can depend on, as one text.</summary>
    public string Content { get; }

    public bool Takes(UsageEvent e) => e.Type == _event && _filter.TrueForAll(f => f.Holds(e));

    public string[] DimensionsOf(UsageEvent e) => Dimensions.Length == 0 ? [] : [.. Dimensions.Select(name => e.Field(name) ?? "")];

    /// <summary>Dimensions as they are written: <c>name=value;name=value</c>.</summary>
    public string Written(string[] values) => Written(Dimensions, values);

    public static string Written(IEnumerable<string> names, IEnumerable<string> values) => string.Join(';', names.Zip(values, (name, value) =>
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
        if (Aggregation == "unique")
        {
            text = _value is null ? "" : e.Field(_value) ?? "";
            return text.Length > 0;
        }
        if (_compute is not null)
        {
            if (_compute.Of(e) is not { } computed) return false;
            number = computed.Round(9, RoundingRule.HalfUp);
        }
        else if (_value is null || e.Field(_value) is not { } written || !Fraction.TryParse(written, out number)) return false;

        var mayBeNegative = _allowNegative || (IsTimeWeighted && Level.IsChange);
        if (!number.HasAtMostDecimals(9) || number > ValueMax || number < -ValueMax || (number.Sign < 0 && !mayBeNegative)) return false;
        if (_conversion is { OnEvent: true }) number = _conversion.Of(number);
        return number <= ValueMax && number >= -ValueMax;
    }

    /// <summary>The exact figure of what counted, before conversion; 0 without usage. A time-weighted figure needs a span of time.</summary>
    public Fraction Raw(IReadOnlyCollection<Measured> usage)
    {
        if (usage.Count == 0) return Fraction.Zero;
        if (usage.Any(m => m.IsFigure)) return Sum(usage.Where(m => m.IsFigure));
        return Aggregation switch
        {
            "count" => usage.Count,
            "sum" => Sum(usage),
            "max" => usage.Aggregate(usage.First().Number, (max, m) => Fraction.Max(max, m.Number)),
            "min" => usage.Aggregate(usage.First().Number, (min, m) => Fraction.Min(min, m.Number)),
            "unique" => usage.Select(m => m.Text).Distinct(StringComparer.Ordinal).LongCount(),
            "latest" => usage.Aggregate((last, m) => m.IsAfter(last) ? m : last).Number,
            "average" => Sum(usage) / usage.Count,
            _ => throw new FormatException($"'{Aggregation}' is not an aggregation."),
        };
    }

    /// <summary>The figure that charges see: converted and rounded once.</summary>
    public Fraction Converted(Fraction raw) => _conversion is { OnEvent: false } ? _conversion.Of(raw) : raw.Round(9, RoundingRule.HalfUp);

    public static Fraction Sum(IEnumerable<Measured> usage) => usage.Aggregate(Fraction.Zero, (sum, m) => sum + m.Number);
}
