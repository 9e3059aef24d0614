using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>What an account says around the charges of its subscriptions, as one change of the book recorded it.</summary>
internal sealed record Account(
    long Sequence, string Id, string TaxAddress, Commitment? Minimum, Commitment? Maximum, IReadOnlyList<Discount> Discounts, IReadOnlyList<string> ReverseCharge, IReadOnlyList<Exemption> Exemptions, IReadOnlyList<Credit> Credits)
{
    public static Account Read(JsonElement json, long sequence) => new(
        sequence, json.Text("id"), json.Text("taxAddress", ""), Commitment.Read(json.Member("minimum")), Commitment.Read(json.Member("maximum")), [.. json.List("discounts").Select(Discount.Read)],
        json.Member("reverseCharge")?.Texts() ?? [], [.. json.List("exemptions").Select(Exemption.Read)], [.. json.List("credits").Select(Credit.Read)]);
}
