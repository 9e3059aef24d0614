using NodaTime.Text;
using Rating.Engine.Books;

namespace Rating.Server.Documents;

/// <summary>A version of the catalog.</summary>
/// <param name="Version">Its number: 1, 2, ...</param>
/// <param name="EffectiveFrom">The first day on which it applies; the first version applies always.</param>
/// <param name="Name">Its name.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="Plans">The plans that it has.</param>
internal sealed record CatalogVersionDocument(int Version, string EffectiveFrom, string Name, string Currency, IReadOnlyList<string> Plans)
{
    /// <summary>The document of a version.</summary>
    public static CatalogVersionDocument Of(CatalogVersion version) =>
        new(version.Version, LocalDatePattern.Iso.Format(version.EffectiveFrom), version.Catalog.Name, version.Catalog.Currency.Code, [.. version.Catalog.Plans.Keys.Order(StringComparer.Ordinal)]);
}
