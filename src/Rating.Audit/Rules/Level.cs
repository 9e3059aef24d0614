using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>How a time-weighted meter reads a level held over time.</summary>
internal sealed record Level(bool Carry, Fraction Initial, bool IsChange, string Per)
{
    // A level is carried over unless the meter says that each period begins anew.
    public static Level Read(JsonElement? json) => new(
        json?.Member("carry") is not { } carry || carry.AsText() == "true", json?.Number("initial", 0) ?? Fraction.Zero, json?.Text("value", "level") == "change", json?.Text("per", "hour") ?? "hour");
}
