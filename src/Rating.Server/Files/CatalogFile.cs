using System.Text.Encodings.Web;
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
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions NothingTwice = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Reads a price book with everything that it names, as one JSON document.</summary>
    /// <exception cref="Refused">A file cannot be read, or is not what it should be; the place is named.</exception>
    public static string Read(string path)
    {
        var json = ReadDocument(path);
        var root = JsonNode.Parse(json, documentOptions: NothingTwice);
        if (root is not JsonObject { } book || book["decks"] is not JsonArray decks) return json;
        for (var i = 0; i < decks.Count; i++)
        {
            if (decks[i] is not JsonObject deck || deck["ratesFile"] is not { } named) continue;
            var where = $"decks[{i}].ratesFile";
            if (named is not JsonValue value || !value.TryGetValue<string>(out var name)) throw new Refused("catalog.ratesFile", $"{where}: this must be the path of a CSV file.") { Where = where };
            if (deck.ContainsKey("rates") || deck.ContainsKey("ratesCsv")) throw new Refused("catalog.ratesFile", $"{where}: the deck has rates of its own as well; keep one of them.") { Where = where };
            deck.Remove("ratesFile");
            deck["ratesCsv"] = TextFile.Read(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name));
        }

        return root.ToJsonString(AsWritten);
    }

    /// <summary>Reads a YAML or JSON file as JSON; text and numbers are left as they are.</summary>
    /// <exception cref="Refused">It cannot be read, or is neither; the place is named.</exception>
    public static string ReadDocument(string path)
    {
        var text = TextFile.Read(path);
        return text.AsSpan().TrimStart().StartsWith('{') ? CheckedJson(text) : YamlToJson.Convert(text);
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

    /// <summary>Reads a price book with everything that it names, and checks it: what is wrong is told with its line in the file.</summary>
    /// <exception cref="Refused">It cannot be used; line and place are named.</exception>
    public static (string Json, CatalogVersion Version) Load(string path)
    {
        var json = Read(path);
        return (json, AtLine(TextFile.Read(path), () => Check(json)));
    }

    /// <summary>Does something with a document, and says the line of what it refuses.</summary>
    /// <param name="text">The document as a person wrote it, YAML or JSON.</param>
    /// <param name="what">What to do; its refusals name places such as <c>plans[0].charges[2]</c>.</param>
    public static T AtLine<T>(string text, Func<T> what)
    {
        try
        {
            return what();
        }
        catch (Refused wrong) when (SourceLines.Find(text, wrong.Where) is { } line)
        {
            throw new Refused(wrong.Code, $"line {line}: {wrong.Message}") { Where = wrong.Where };
        }
    }

    /// <summary>Checks a price book by itself, without any data folder.</summary>
    /// <exception cref="Refused">It cannot be used; the place is named.</exception>
    public static CatalogVersion Check(string json)
    {
        using var book = new Book();
        var tenant = new TenantId("check");
        try
        {
            book.Apply(new BookChange(1, tenant, Instant.MinValue, $$"""{"kind":"catalog","version":1,"effectiveFrom":"2000-01-01","catalog":{{json}}}"""));
        }
        catch (Refused wrong) when (wrong.Where.StartsWith("catalog", StringComparison.Ordinal))
        {
            throw new Refused(wrong.Code, wrong.Message) { Where = wrong.Where[7..].TrimStart('.') };
        }

        return book.Read(read => read.Tenant(tenant)!.Catalogs[0]);
    }
}
