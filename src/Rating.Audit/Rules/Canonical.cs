using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>What a part of a catalog says, as one text: two documents that say the same give the same text, however numbers are written and whether a default is spelled out.</summary>
internal static class Canonical
{
    private static readonly HashSet<(string Name, string Value)> Defaults = [
        ("flatFee", "0"), ("connectionFee", "0"), ("minimumCharge", "0"), ("initialSeconds", "60"), ("incrementSeconds", "60"), ("minimumSeconds", "0"), ("freeSeconds", "0"), ("graceSeconds", "0"),
        ("proration", "day"), ("timing", "arrears"), ("bound", "inclusive"), ("atZero", "due"), ("allowNegative", "false"), ("name", ""), ("unit", ""), ("number", "called"), ("calling", "calling"),
        ("match", "called"), ("free", "together"), ("freeBound", "inclusive"), ("freeUnits", "0"), ("tiersBilled", "all"), ("linePer", "destination"), ("markup", "0"), ("fee", "0"), ("pooled", "false")];

    public static string Text(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject()
            .Where(m => m.Value.ValueKind != JsonValueKind.Null && m.Name is not ("existing" or "alerts"))
            .Select(m => (m.Name, Value: Text(m.Value)))
            .Where(m => !Defaults.Contains(m))
            .OrderBy(m => m.Name, StringComparer.Ordinal)
            .Select(m => $"{m.Name}:{m.Value}")) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(Text)) + "]",
        _ => Fraction.TryParse(element.AsText(), out var number) ? number.ToString() : element.AsText(),
    };
}
