using System.Text.Json.Nodes;

namespace Rating.Server.Documents;

/// <summary>A catalog as it was put.</summary>
/// <param name="Version">Its number.</param>
/// <param name="EffectiveFrom">The first day on which it applies.</param>
/// <param name="Catalog">The whole catalog (docs/formats.md).</param>
internal sealed record CatalogDocument(int Version, string EffectiveFrom, JsonNode Catalog);
