using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Money paid in advance that burns down.</summary>
internal sealed record Credit(string Key, Fraction Amount, Fraction Priority, LocalDate? From, LocalDate? To, IReadOnlyList<string>? Charges, bool IsAfterTax)
{
    public static Credit Read(JsonElement json) => new(
        json.Text("key"), json.Number("amount"), json.Number("priority", 0), json.DateOrNone("from"), json.DateOrNone("to"), json.Member("charges")?.Texts(), json.Text("apply", "afterTax") == "afterTax");
}
