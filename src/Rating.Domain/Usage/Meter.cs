using System.Numerics;

namespace Rating.Domain.Usage;

/// <summary>What is counted: which events, which value of theirs, and how a period's values become one figure.</summary>
public sealed class Meter
{
    private const int KeptBytesMax = 64;
    private readonly Made?[] _made = new Made?[16];

    /// <summary>Its name in the catalog.</summary>
    public required string Key { get; init; }

    /// <summary>Its name on an invoice.</summary>
    public required string Name { get; init; }

    /// <summary>The unit of its figure, such as <c>s</c>, <c>GB</c> or <c>message</c>; empty when it has none.</summary>
    public required string Unit { get; init; }

    /// <summary>The event type that it takes.</summary>
    public required string EventType { get; init; }

    /// <summary>The data field with the value; empty for <see cref="Aggregation.Count"/>, and where the value is computed.</summary>
    public required string Value { get; init; }

    /// <summary>What computes the value; null where it is a field.</summary>
    public Expression? Compute { get; init; }

    /// <summary>How values become one figure.</summary>
    public required Aggregation Aggregation { get; init; }

    /// <summary>The data fields by which the figure is kept apart.</summary>
    public required string[] Dimensions { get; init; }

    /// <summary>What fields of an event must be like; an event that is not so is not for this meter.</summary>
    public required IReadOnlyList<FieldFilter> Filter { get; init; }

    /// <summary>Whether a value below zero makes sense, as a correction does.</summary>
    public bool AllowNegative { get; init; }

    /// <summary>The unit in which it is sold, if that is another; null for none.</summary>
    public UnitConversion? Conversion { get; init; }

    /// <summary>How a time-weighted meter makes its level.</summary>
    public LevelRule Level { get; init; } = new(true, Quantity.Zero, false, TimeSpan.TicksPerHour);

    /// <summary>This meter with its events one by one, under the same key, for a charge that looks at single events.</summary>
    public Meter ByEvent => field ??= new Meter
    {
        Key = Key, Name = Name, Unit = Unit, EventType = EventType, Value = Value, Compute = Compute, Aggregation = Aggregation.Each, Dimensions = Dimensions, Filter = Filter,
        AllowNegative = AllowNegative, Conversion = Conversion, Level = Level,
    };

    /// <summary>Whether an event is for this meter.</summary>
    public bool Takes(UsageRecord record)
    {
        if (!string.Equals(record.Type, EventType, StringComparison.Ordinal)) return false;
        for (var i = 0; i < Filter.Count; i++)
            if (!Filter[i].Takes(record)) return false;
        return true;
    }

    /// <summary>The event's value: 1 for a count, 0 for unique (which looks at text), else the field or the expression as a number.</summary>
    /// <returns>False when the field is missing, no number, out of range, or negative where that makes no sense.</returns>
    public bool TryValue(UsageRecord record, out Quantity value)
    {
        value = Quantity.One;
        if (Aggregation == Aggregation.Count) return true;
        if (Compute is not null)
        {
            if (!Compute.TryEvaluate(record, Limits.QuantityDecimals, out var nano) || BigInteger.Abs(nano) > MaxNano) return false;
            value = new Quantity((Int128)nano);
        }
        else
        {
            if (!record.TryGet(Value, out var field)) return false;
            if (Aggregation == Aggregation.Unique) return field.Value.Length > 0;
            if (!Quantity.TryParse(field.Value.Span, out value)) return false;
        }

        if (!AllowNegative && value < Quantity.Zero) return false;
        if (Conversion is not { OnEvent: true } conversion) return true;
        value = conversion.Convert((BigInteger)value.Nano, 1);
        return Int128.Abs(value.Nano) <= (Int128)MaxNano;
    }

    /// <summary>The values of the dimensions as one text: <c>direction=outbound;region=eu</c>, empty without dimensions. A missing field is empty.</summary>
    public string DimensionsOf(UsageRecord record)
    {
        if (Dimensions.Length == 0) return "";
        if (Dimensions.Length > 1) return Joined(record);
        var value = record.TryGet(Dimensions[0], out var only) ? only.Value : default;
        if (value.Length is 0 or > KeptBytesMax) return Dimension(Dimensions[0], value.ToString());
        // Values repeat: a text is made once, not per record. Threads may share the places, because each is replaced whole.
        ref var place = ref _made[(value.Length + value.Span[^1]) % _made.Length];
        if (place is { } made && value.Is(made.Value)) return made.Text;
        place = made = new Made(value.ToString(), Dimension(Dimensions[0], value.ToString()));
        return made.Text;
    }

    // Apart: a lambda in the method that every record calls would cost it an object.
    private string Joined(UsageRecord record) => string.Join(';', Dimensions.Select(name => record.TryGet(name, out var field) ? Dimension(name, field.Text) : Dimension(name, "")));

    /// <summary>One dimension with its value, as totals are kept under.</summary>
    public static string Dimension(string name, string value) => string.Concat(
        name, "=", value.AsSpan().ContainsAny(";=%") ? value.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal).Replace("=", "%3D", StringComparison.Ordinal) : value);

    private static readonly BigInteger MaxNano = (BigInteger)Quantity.Of(Limits.QuantityMax).Nano;

    // A value of the one dimension, and the text of the dimension with it.
    private sealed record Made(string Value, string Text);
}
