using NodaTime;
using Rating.Domain.Pricing;

namespace Rating.Engine.Books;

/// <summary>A catalog in the book.</summary>
/// <param name="Sequence">The book change that brought it.</param>
/// <param name="Version">Its number: 1, 2, ... per tenant.</param>
/// <param name="EffectiveFrom">The first local day on which it applies; the first version applies always.</param>
/// <param name="Catalog">Its content.</param>
/// <param name="Document">Its content as it was written, JSON.</param>
public sealed record CatalogVersion(long Sequence, int Version, LocalDate EffectiveFrom, Catalog Catalog, string Document);
