using System.Text.Json;
using System.Text.Json.Nodes;
using Rating.Engine.Quotes;
using Rating.Server.Files;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Previews of invoices: priced as real ones are, stored nowhere.</summary>
internal static class QuotesApi
{
    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1) => v1.MapPost("/quotes", Make)
        .WithSummary("Previews a subscription's invoices: a plan of the current catalog, or of the one in the request, a history and usage in; invoices out (docs/quotes.md).").WithTags("quotes")
        .Accepts<object>("application/json", "application/yaml").Produces<JsonObject>().ProducesProblem(400).ProducesProblem(422);

    private static async Task<JsonNode> Make(HttpContext context, Installation here, Caller caller, CancellationToken cancellation)
    {
        var body = await RequestBody.ReadAsync(context.Request, cancellation);
        var text = Utf8Text.Decode(body.Span);
        var json = text.AsSpan().TrimStart().StartsWith('{') ? CatalogFile.CheckedJson(text) : YamlToJson.Convert(text);
        var current = here.Engine.Book.Read(book => book.Tenant(caller.Tenant)?.Catalogs is { Count: > 0 } catalogs ? catalogs[^1].Document : null);
        return JsonNode.Parse(Quote.Write(Quote.Make(json, current)), documentOptions: new JsonDocumentOptions { MaxDepth = 64 })!;
    }
}
