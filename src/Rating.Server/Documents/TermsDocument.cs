using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;
using Rating.Domain.Billing;

namespace Rating.Server.Documents;

/// <summary>What a subscription buys from a day on.</summary>
/// <param name="From">The first day.</param>
/// <param name="Plan">The plan's key.</param>
/// <param name="Quantities">Quantities by name, decimal text.</param>
internal sealed record TermsDocument(string From, string Plan, IReadOnlyDictionary<string, string> Quantities)
{
    /// <summary>Plans beside the plan; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? AddOns { get; init; }

    /// <summary>True while it rests; null when it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Paused { get; init; }

    /// <summary>The time of day from which it holds, for charges by the second; null for midnight.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? At { get; init; }

    /// <summary>The document of a change of terms.</summary>
    public static TermsDocument Of(TermsChange change) =>
        new(LocalDatePattern.Iso.Format(change.From), change.Plan, change.Quantities.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal))
        {
            AddOns = change.AddOns.Count == 0 ? null : change.AddOns, Paused = change.IsPaused ? true : null, At = change.At == LocalTime.Midnight ? null : LocalTimePattern.ExtendedIso.Format(change.At),
        };
}
