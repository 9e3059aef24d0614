using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>Another unit: x multiply / divide, rounded once.</summary>
internal sealed record Conversion(Fraction Multiply, Fraction Divide, int Decimals, RoundingRule Rule, bool OnEvent)
{
    public static Conversion? Read(JsonElement? json) => json is not { } j ? null
        : new Conversion(j.Number("multiply", 1), j.Number("divide", 1), j.Integer("decimals", 9), Pricing.Rule(j.Text("rounding", "halfUp")), j.Text("on", "figure") == "event");

    public Fraction Of(Fraction value) => (value * Multiply / Divide).Round(Decimals, Rule);
}
