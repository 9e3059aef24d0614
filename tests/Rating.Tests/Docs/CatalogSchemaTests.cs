using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rating.Server.Files;
using Rating.Tests.Server;

namespace Rating.Tests.Docs;

/// <summary>docs/catalog.schema.json accepts what the reader accepts, and refuses the mistakes that a schema can see.</summary>
public sealed class CatalogSchemaTests
{
    private static readonly JsonDocument Schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(DocumentPage.Root, "docs", "catalog.schema.json")));

    // What needs more than one place of the document, or a parser, to see.
    private static readonly string[] BeyondASchema =
    [
        "currency.unknown", "catalog.meter.value", "expression.invalid", "catalog.meter.level", "catalog.meter.conversion", "catalog.filter", "catalog.dimension.twice", "catalog.key.twice", "document.zone", "catalog.calendar.unknown",
        "deck.bands", "deck.prefix.duplicate", "deck.band.unknown", "deck.dates", "deck.slots", "catalog.meter.unknown", "catalog.tier.gap", "catalog.tier.overlap", "catalog.package.size", "percent.invalid", "catalog.percentage.apart",
        "catalog.matrix.empty", "catalog.where.unknown", "catalog.deck.unknown", "catalog.cost", "deck.prefix",
    ];

    [Fact]
    public void The_sample_is_accepted() => Accepts(YamlToJson.Convert(File.ReadAllText(Path.Combine(DocumentPage.Root, "samples", "price-book.yaml"))), "samples/price-book.yaml");

    [Fact]
    public void Every_catalog_of_the_pages_is_accepted()
    {
        var count = 0;
        foreach (Match block in Regex.Matches(File.ReadAllText(Path.Combine(DocumentPage.Root, "docs", "quotes.md")), @"```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline))
            if (JsonNode.Parse(YamlToJson.Convert(block.Groups["yaml"].Value))?["catalog"] is { } catalog)
            {
                // A quote may bring several versions.
                foreach (var version in catalog is JsonArray several ? several.Select(one => one!) : [catalog])
                {
                    Accepts(version.ToJsonString(), block.Value);
                    count++;
                }
            }

        foreach (var (title, body) in DocumentPage.Read("pricing.md").Sections("### Example: "))
            if (JsonNode.Parse(YamlToJson.Convert(Assert.Single(body.Blocks()).Content)) is { } yaml && yaml["meter"] is not null)
            {
                Accepts(JsonNode.Parse(EventsExample.Request(yaml, ""))!["catalog"]!.ToJsonString(), title);
                count++;
            }

        Assert.True(count >= 60, $"{count} catalogs");
    }

    [Fact]
    public void Mistakes_that_a_schema_can_see_are_refused()
    {
        var seen = 0;
        var book = (string)typeof(CatalogMistakeTests).GetField("Book", BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        Accepts(YamlToJson.Convert(book), "the book without a mistake");
        foreach (var row in typeof(CatalogMistakeTests).GetMethod(nameof(CatalogMistakeTests.A_mistake_is_refused_with_its_line_and_reason))!.GetCustomAttributesData().Where(data => data.AttributeType == typeof(InlineDataAttribute)))
        {
            var cells = ((IReadOnlyCollection<CustomAttributeTypedArgument>)row.ConstructorArguments[0].Value!).Select(cell => cell.Value).ToList();
            if (BeyondASchema.Contains((string)cells[2]!)) continue;
            using var wrong = JsonDocument.Parse(YamlToJson.Convert(book.Replace((string)cells[0]!, (string)cells[1]!, StringComparison.Ordinal)));
            Assert.True(new SchemaCheck(Schema.RootElement).Check(wrong.RootElement) is not null, $"the schema takes {cells[1]}");
            seen++;
        }

        Assert.True(seen >= 10, $"{seen} mistakes");
    }

    private static void Accepts(string json, string what)
    {
        using var document = JsonDocument.Parse(json);
        Assert.True(new SchemaCheck(Schema.RootElement).Check(document.RootElement) is null, $"{what}\nthe schema refuses {new SchemaCheck(Schema.RootElement).Check(document.RootElement)}");
    }
}
