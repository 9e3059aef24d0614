using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Plan, add-ons and quantities of a subscription from a day on.</summary>
internal sealed record Terms(LocalDate From, string Plan, IReadOnlyList<string> AddOns, IReadOnlyDictionary<string, Fraction> Quantities, bool Paused, LocalTime At)
{
    public static Terms Read(JsonElement json, LocalDate start) => new(
        json.DateOrNone("from") ?? start, json.Text("plan"), json.Member("addOns")?.Texts() ?? [],
        json.Member("quantities")?.EnumerateObject().ToDictionary(q => q.Name, q => Fraction.Parse(q.Value.AsText())) ?? [],
        json.Flag("paused"), json.TimeOrNone("at") ?? LocalTime.Midnight);

    /// <summary>The plan with its add-ons as one text.</summary>
    public string Combination => string.Join('\u001f', [Plan, .. AddOns]);

    public bool Has(string plan) => Plan == plan || AddOns.Contains(plan);
}
