using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Books;
using Rating.Engine.Store;

namespace Rating.Server.Files;

/// <summary>A price book as a person keeps it: YAML or JSON, a deck's rates perhaps in a CSV file beside it (<c>ratesFile</c>).</summary>
internal static class CatalogFile
{
    private static readonly JsonDocumentOptions NothingTwice = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Reads a price book with everything that it names, as one JSON document.</summary>
    /// <exception cref="Refused">A file cannot be read, or is not what it should be; the place is named.</exception>
    public static string Read(string path)
    {
        var text = TextFile.Read(path);
        var json = text.AsSpan().TrimStart().StartsWith('{') ? CheckedJson(text) : YamlToJson.Convert(text);
        var root = JsonNode.Parse(json, documentOptions: NothingTwice);
        if (root is not JsonObject { } book || book["decks"] is not JsonArray decks) return json;
        for (var i = 0; i < decks.Count; i++)
        {
            if (decks[i] is not JsonObject deck || deck["ratesFile"] is not { } named) continue;
            var where = $"decks[{i}].ratesFile";
            if (named is not JsonValue value || !value.TryGetValue<string>(out var name)) throw new Refused("catalog.ratesFile", $"{where}: this must be the path of a CSV file.") { Where = where };
            if (deck.ContainsKey("rates")) throw new Refused("catalog.ratesFile", $"{where}: the deck has 'rates' as well; keep one of them.") { Where = where };
            deck.Remove("ratesFile");
            deck["rates"] = RatesFile.Read(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name));
        }

        return root.ToJsonString();
    }

    /// <summary>JSON in which no member stands twice; text and numbers are left as they are.</summary>
    /// <exception cref="Refused"><c>request.json</c></exception>
    public static string CheckedJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, NothingTwice);
            return text;
        }
        catch (JsonException wrong)
        {
            throw new Refused("request.json", $"This is not JSON: {wrong.Message}") { Where = $"line {(wrong.LineNumber ?? 0) + 1}" };
        }
    }

    /// <summary>Checks a price book by itself, without any data folder.</summary>
    /// <exception cref="Refused">It cannot be used; the place is named.</exception>
    public static CatalogVersion Check(string json)
    {
        using var book = new Book();
        var tenant = new TenantId("check");
        book.Apply(new BookChange(1, tenant, Instant.MinValue, $$"""{"kind":"catalog","version":1,"effectiveFrom":"2000-01-01","catalog":{{json}}}"""));
        return book.Read(read => read.Tenant(tenant)!.Catalogs[0]);
    }
}
