using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>One tier of a charge; the last has no upper bound.</summary>
internal sealed record Tier(Fraction? UpTo, Fraction Price, Fraction FlatFee, Fraction Rate, Fraction? Minimum, Fraction? Maximum, Fraction Size, Fraction? Blocks)
{
    public static Tier Read(JsonElement json) => new(
        json.NumberOrNone("upTo"), json.Number("price", 0), json.Number("flatFee", 0), json.Number("rate", 0), json.NumberOrNone("minimum"), json.NumberOrNone("maximum"), json.Number("size", 1), json.NumberOrNone("blocks"));
}
