using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>One tax of a jurisdiction.</summary>
internal sealed record TaxRule(
    string Key, string Name, string Type, string Jurisdiction, IReadOnlyList<string>? Codes, Fraction? Percent, Fraction Amount, string Per, string Traffic, IReadOnlyList<string> AlsoOn, LocalDate? From, LocalDate? To)
{
    public static TaxRule Read(JsonElement json) => new(
        json.Text("key"), json.Text("name", ""), json.Text("type", ""), json.Text("jurisdiction", ""), json.Member("codes")?.Texts(), json.NumberOrNone("percent"), json.Number("amount", 0), json.Text("per", "line"),
        json.Text("traffic", "all"), json.Member("alsoOn")?.Texts() ?? [], json.DateOrNone("from"), json.DateOrNone("to"));

    public bool AppliesTo(string code, string address, LocalDate day) =>
        (Codes is null || Codes.Contains(code)) && Begins(Jurisdiction, address) && (From is null || From <= day) && (To is null || day < To);

    /// <summary>Whether a place is the address, or its beginning up to a <c>/</c>.</summary>
    public static bool Begins(string place, string address) => address == place || address.StartsWith(place + "/", StringComparison.Ordinal);
}
