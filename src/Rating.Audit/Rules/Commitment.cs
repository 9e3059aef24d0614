using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>A minimum or a maximum: an amount per period.</summary>
internal sealed record Commitment(Fraction Amount, bool Prorated, IReadOnlyList<string>? Charges)
{
    public static Commitment? Read(JsonElement? json) => json is not { } value ? null
        : value.ValueKind != JsonValueKind.Object ? new Commitment(Fraction.Parse(value.AsText()), true, null)
        : new Commitment(value.Number("amount"), value.Text("proration", "day") != "none", value.Member("charges")?.Texts());
}
