using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>Prices and increments of a call's seconds from one second on.</summary>
internal sealed record Slot(long After, Fraction PerMinute, long Increment)
{
    public static Slot Read(JsonElement json) => new(json.Integer("after", 0), json.Number("perMinute", 0), json.Integer("incrementSeconds", 60));
}
