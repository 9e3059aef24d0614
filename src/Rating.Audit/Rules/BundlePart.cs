using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>A part of a bundle: its share of the amount by weight.</summary>
internal sealed record BundlePart(string Key, Fraction Weight, string? TaxCode)
{
    public static BundlePart Read(JsonElement json) => new(json.Text("key"), json.Number("weight", 1), json.Member("taxCode")?.AsText());
}
