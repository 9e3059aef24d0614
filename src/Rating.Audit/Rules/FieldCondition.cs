using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>What a filter demands of one field of an event.</summary>
internal sealed class FieldCondition
{
    private readonly string _field;
    private readonly List<Func<string?, bool>> _tests = [];

    public FieldCondition(string field, JsonElement json)
    {
        _field = field;
        if (json.ValueKind != JsonValueKind.Object)
        {
            var values = json.Texts();
            _tests.Add(text => text is not null && values.Contains(text));
            return;
        }
        foreach (var demand in json.EnumerateObject().Where(d => d.Value.ValueKind != JsonValueKind.Null))
        {
            var value = demand.Value;
            _tests.Add(demand.Name switch
            {
                "is" when value.Texts() is var texts => text => text is not null && texts.Contains(text),
                "not" when value.Texts() is var texts => text => text is null || !texts.Contains(text),
                "prefix" when value.Texts() is var texts => text => text is not null && texts.Any(p => text.StartsWith(p, StringComparison.Ordinal)),
                "exists" when value.ValueKind == JsonValueKind.True || value.AsText() == "true" => text => text is not null,
                "exists" => text => text is null,
                "above" when Fraction.Parse(value.AsText()) is var bound => Number(x => x > bound),
                "atLeast" when Fraction.Parse(value.AsText()) is var bound => Number(x => x >= bound),
                "below" when Fraction.Parse(value.AsText()) is var bound => Number(x => x < bound),
                "atMost" when Fraction.Parse(value.AsText()) is var bound => Number(x => x <= bound),
                _ => throw new FormatException($"'{demand.Name}' is not a condition."),
            });
        }
    }

    public bool Holds(UsageEvent e) => _tests.TrueForAll(test => test(e.Field(_field)));

    private static Func<string?, bool> Number(Func<Fraction, bool> test) => text => text is not null && Fraction.TryParse(text, out var number)
        && number.HasAtMostDecimals(9) && number <= 1_000_000_000_000 && number >= -1_000_000_000_000 && test(number);
}
