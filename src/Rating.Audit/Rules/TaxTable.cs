using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>The taxes of a catalog version.</summary>
internal sealed class TaxTable
{
    public TaxTable(JsonElement json)
    {
        PricesInclude = json.Flag("pricesInclude");
        RoundsLines = json.Text("rounding", "invoice") == "line";
        Rules = [.. json.List("rules").Select(TaxRule.Read)];
        foreach (var code in json.List("codes")) Interstate[code.Text("code")] = code.Number("interstate", 0);
    }

    public bool PricesInclude { get; }
    public bool RoundsLines { get; }
    public IReadOnlyList<TaxRule> Rules { get; }

    /// <summary>Percent of a code's traffic that is interstate.</summary>
    public Dictionary<string, Fraction> Interstate { get; } = [];
}
