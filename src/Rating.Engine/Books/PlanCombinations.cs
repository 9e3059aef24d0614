using Rating.Domain.Billing;
using Rating.Domain.Pricing;

namespace Rating.Engine.Books;

/// <summary>Plans with add-ons: each combination that a subscription has is a plan revision of its own in every catalog version, numbered when it is first needed.</summary>
internal sealed class PlanCombinations
{
    // In the order in which they first occurred.
    private readonly List<TermsChange> _known = [];
    private readonly Dictionary<string, (PlanRevision[] Parts, PlanRevision Revision)> _last = new(StringComparer.Ordinal);

    /// <summary>The name of a combination.</summary>
    public static string KeyOf(TermsChange terms) => string.Join('\n', terms.Plans);

    /// <summary>Takes up a further catalog version.</summary>
    public void Add(CatalogVersion version, Func<int> nextRevision)
    {
        foreach (var terms in _known) Combine(terms, version, nextRevision);
    }

    /// <summary>Takes up terms, if their combination is new.</summary>
    public void Add(TermsChange terms, IReadOnlyList<CatalogVersion> versions, Func<int> nextRevision)
    {
        if (terms.AddOns.Count == 0 || _known.Exists(other => string.Equals(KeyOf(other), KeyOf(terms), StringComparison.Ordinal))) return;
        _known.Add(terms);
        foreach (var version in versions) Combine(terms, version, nextRevision);
    }

    private void Combine(TermsChange terms, CatalogVersion version, Func<int> nextRevision)
    {
        var parts = terms.Plans.Select(plan => version.Catalog.Plans.GetValueOrDefault(plan)).OfType<PlanRevision>().ToArray();
        if (parts.Length <= terms.AddOns.Count) return;
        var key = KeyOf(terms);
        if (!_last.TryGetValue(key, out var last) || !last.Parts.SequenceEqual(parts))
        {
            var addOns = parts[1..];
            var revision = parts[0].With(addOns, nextRevision(), version.Version);
            revision = revision.WithPhases([.. parts[0].Phases.Select(phase => phase with { Revision = phase.Revision.With(addOns, nextRevision(), version.Version) })]);
            _last[key] = last = (parts, revision);
        }

        version.Combinations[key] = last.Revision;
    }
}
