using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>Which values of one dimension a charge or a cell takes.</summary>
internal sealed record DimensionCondition(string Name, string[] Values, bool IsNot)
{
    public static IReadOnlyList<DimensionCondition> Read(JsonElement? json) => [.. json?.EnumerateObject().Select(w =>
        w.Value.ValueKind == JsonValueKind.Object ? new DimensionCondition(w.Name, w.Value.Member("not")!.Value.Texts(), true) : new DimensionCondition(w.Name, w.Value.Texts(), false)) ?? []];

    public bool Holds(Meter meter, string[] dimensions) => Array.IndexOf(meter.Dimensions, Name) is >= 0 and var at && Values.Contains(dimensions[at]) != IsNot;
}
