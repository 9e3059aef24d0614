using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>What somebody wants to be told about a period: thresholds of its usage charge, or of the quantity of a meter.</summary>
internal sealed record Alert(string Key, string Name, string? Meter, IReadOnlyList<(string Code, Fraction Value, bool Recurring)> Thresholds)
{
    private const int StepsMax = 100;

    public static Alert Read(JsonElement json) => new(
        json.Text("key"), json.Text("name", json.Text("key")), json.Member("meter")?.AsText(), [.. json.List("thresholds").Select(t => (t.Text("code"), t.Number("value"), t.Flag("recurring")))]);

    /// <summary>What a threshold's step stands at; null when there is no such one.</summary>
    public Fraction? At(string code, int step)
    {
        var largest = Thresholds.Where(t => !t.Recurring).Aggregate(Fraction.Zero, (max, t) => Fraction.Max(max, t.Value));
        foreach (var (name, value, recurring) in Thresholds)
            if (name == code && (recurring ? step is >= 1 and <= StepsMax : step == 0)) return recurring ? largest + value * step : value;
        return null;
    }

    /// <summary>Everything that a value has reached.</summary>
    public IEnumerable<(string Code, int Step)> Reached(Fraction value)
    {
        foreach (var (code, _, recurring) in Thresholds)
            for (var step = recurring ? 1 : 0; At(code, step) is { } at && at <= value; step++) yield return (code, step);
    }
}
