using NodaTime;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;

namespace Rating.Engine.Books;

/// <summary>A catalog in the book.</summary>
/// <param name="Sequence">The book change that brought it.</param>
/// <param name="Version">Its number: 1, 2, ... per tenant.</param>
/// <param name="EffectiveFrom">The first local day on which it applies; the first version applies always.</param>
/// <param name="Catalog">Its content.</param>
/// <param name="Document">Its content as it was written, JSON.</param>
public sealed record CatalogVersion(long Sequence, int Version, LocalDate EffectiveFrom, Catalog Catalog, string Document)
{
    /// <summary>The revisions of plans with add-ons, by <see cref="PlanCombinations.KeyOf"/>.</summary>
    internal Dictionary<string, PlanRevision> Combinations { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it has the plan and the add-ons of some terms.</summary>
    internal bool Has(TermsChange terms)
    {
        if (!Catalog.Plans.ContainsKey(terms.Plan)) return false;
        return terms.AddOns.Count == 0 || Combinations.ContainsKey(PlanCombinations.KeyOf(terms));
    }
}
