using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>A discount of a subscription or an account: a percent, an amount or units, on a charge or on everything.</summary>
internal sealed record Discount(string Key, Fraction? Percent, Fraction? Amount, Fraction? Units, string? Charge, LocalDate? From, LocalDate? To, int? Periods)
{
    public static Discount Read(JsonElement json) => new(
        json.Text("key"), json.NumberOrNone("percent"), json.NumberOrNone("amount"), json.NumberOrNone("units"), json.Member("charge")?.AsText(), json.DateOrNone("from"), json.DateOrNone("to"),
        json.Member("periods") is null ? null : json.Integer("periods", 0));
}
