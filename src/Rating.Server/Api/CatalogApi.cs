using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Engine.Books;
using Rating.Server.Files;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>The price book: put whole, versioned, checked. A broken one changes nothing.</summary>
internal static class CatalogApi
{
    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapPut("/catalog", Put).WithSummary("Makes a whole catalog (YAML or JSON) the next version; `effectiveFrom` is the first day on which it applies.").WithTags("catalog")
            .Accepts<object>("application/json", "application/yaml").Produces<CatalogVersionDocument>().ProducesProblem(409).ProducesProblem(422);
        v1.MapPost("/catalog/diff", Diff).WithSummary("What a catalog (YAML or JSON) would change compared with the latest version, and for which subscriptions. Stores nothing.").WithTags("catalog")
            .Accepts<object>("application/json", "application/yaml").Produces<IReadOnlyList<CatalogChange>>().ProducesProblem(404).ProducesProblem(422);
        v1.MapGet("/catalog", Get).WithSummary("The latest catalog, or the one of `version`.").WithTags("catalog").Produces<CatalogDocument>().ProducesProblem(404);
        v1.MapGet("/catalog/versions", Versions).WithSummary("All versions, first to last.").WithTags("catalog").Produces<IReadOnlyList<CatalogVersionDocument>>();
    }

    private static async Task<CatalogVersionDocument> Put(string? effectiveFrom, HttpContext context, Installation here, Caller caller, CancellationToken cancellation)
    {
        var (text, json) = await ReadAsync(context, cancellation);
        try
        {
            return CatalogVersionDocument.Of(await here.Engine.PutCatalogAsync(caller.Tenant, json, Days.Maybe(effectiveFrom, "effectiveFrom"), cancellation));
        }
        catch (Refused wrong) when (SourceLines.Find(text, wrong.Where) is { } line)
        {
            throw new Refused(wrong.Code, $"line {line}: {wrong.Message}") { Where = wrong.Where };
        }
    }

    private static async Task<IReadOnlyList<CatalogChange>> Diff(string? effectiveFrom, HttpContext context, Installation here, Caller caller, CancellationToken cancellation)
    {
        var (text, json) = await ReadAsync(context, cancellation);
        CatalogFile.AtLine(text, () => CatalogFile.Check(json));
        var from = Days.Maybe(effectiveFrom, "effectiveFrom") ?? OwnDay(json) ?? here.Clock.GetCurrentInstant().InUtc().Date;
        return here.Engine.Book.Read(book => book.Tenant(caller.Tenant) is { Catalogs.Count: > 0 } tenant ? CatalogDiff.Of(tenant, json, from) : throw new Refused("catalog.unknown", "There is no catalog yet to compare with; put one with PUT /v1/catalog."));
    }

    private static LocalDate? OwnDay(string json) => JsonNode.Parse(json)?["effectiveFrom"] is { } day ? Days.Maybe(day.ToString(), "effectiveFrom") : null;

    private static async Task<(string Text, string Json)> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        var text = Utf8Text.Decode((await RequestBody.ReadAsync(context.Request, Limits.CatalogBytesMax, cancellation)).Span);
        var isJson = context.Request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) ?? text.AsSpan().TrimStart().StartsWith('{');
        return (text, isJson ? CatalogFile.CheckedJson(text) : YamlToJson.Convert(text));
    }

    private static CatalogDocument Get(int? version, Installation here, Caller caller) => here.Engine.Book.Read(book =>
    {
        var catalogs = book.Tenant(caller.Tenant)?.Catalogs ?? [];
        var found = version is null ? (catalogs.Count > 0 ? catalogs[^1] : null) : catalogs.FirstOrDefault(catalog => catalog.Version == version);
        return found is null
            ? throw new Refused("catalog.unknown", version is null ? "There is no catalog yet; put one with PUT /v1/catalog." : $"There is no version {version} of the catalog; there are {catalogs.Count}.")
            : new CatalogDocument(found.Version, LocalDatePattern.Iso.Format(found.EffectiveFrom), JsonNode.Parse(found.Document)!);
    });

    private static List<CatalogVersionDocument> Versions(Installation here, Caller caller) =>
        here.Engine.Book.Read(book => (book.Tenant(caller.Tenant)?.Catalogs ?? []).Select(CatalogVersionDocument.Of).ToList());
}
