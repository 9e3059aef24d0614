using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Taxes of a type that an account does not pay for some time.</summary>
internal sealed record Exemption(string Type, string? Jurisdiction, LocalDate? From, LocalDate? To, string Certificate)
{
    public static Exemption Read(JsonElement json) => new(json.Text("type"), json.Member("jurisdiction")?.AsText(), json.DateOrNone("from"), json.DateOrNone("to"), json.Text("certificate", ""));

    public bool Covers(TaxRule rule, LocalDate day) =>
        (Type == "*" || Type == rule.Type) && (Jurisdiction is null || TaxRule.Begins(Jurisdiction, rule.Jurisdiction)) && (From is null || From <= day) && (To is null || day < To);

    public string Note => Certificate.Length == 0 ? "exempt" : $"exempt {Certificate}";
}
