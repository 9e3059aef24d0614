using NodaTime.Text;
using Rating.Domain.Billing;

namespace Rating.Server.Documents;

/// <summary>What a subscription buys from a day on.</summary>
/// <param name="From">The first day.</param>
/// <param name="Plan">The plan's key.</param>
/// <param name="Quantities">Quantities by name, decimal text.</param>
internal sealed record TermsDocument(string From, string Plan, IReadOnlyDictionary<string, string> Quantities)
{
    /// <summary>The document of a change of terms.</summary>
    public static TermsDocument Of(TermsChange change) =>
        new(LocalDatePattern.Iso.Format(change.From), change.Plan, change.Quantities.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal));
}
