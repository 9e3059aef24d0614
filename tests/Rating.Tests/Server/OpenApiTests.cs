using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rating.Tests.Server;

/// <summary>The API is a contract under review: docs/openapi.json is what it says about itself.</summary>
public sealed class OpenApiTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string Golden = Path.Combine(RunningServer.Root, "docs", "openapi.json");

    /// <summary>RATING_GOLDEN=write writes the file anew; the change is then reviewed like any other.</summary>
    [Fact]
    public async Task The_document_is_the_one_under_review()
    {
        var document = JsonNode.Parse(await server.Http.GetStringAsync("/openapi/v1.json"))!.ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable("RATING_GOLDEN") == "write") await File.WriteAllTextAsync(Golden, document);
        Assert.True(File.Exists(Golden), "docs/openapi.json is missing; run this test with RATING_GOLDEN=write");
        Assert.Equal(await File.ReadAllTextAsync(Golden), document);
    }

    [Fact]
    public async Task Every_path_has_a_summary_and_its_answers()
    {
        var document = JsonNode.Parse(await server.Http.GetStringAsync("/openapi/v1.json"))!;
        foreach (var (path, operations) in document["paths"]!.AsObject())
            foreach (var (method, operation) in operations!.AsObject())
            {
                Assert.True(operation!["summary"] is not null, $"{method} {path} has no summary");
                Assert.NotEmpty(operation["responses"]!.AsObject());
            }
    }
}
