using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Rating.Domain;
using Rating.Server.Files;

namespace Rating.Tests.Server;

/// <summary>The price book over HTTP: YAML or JSON, versions, and that a broken one changes nothing.</summary>
public sealed class CatalogApiTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("currency: EUR", "currency: XXX", "currency.unknown", "currency")]
    [InlineData("model: recurring", "model: recuring", "catalog.model.unknown", "plans[0].charges[0].model")]
    [InlineData("currency: EUR", "currency: USD", "catalog.currency", "catalog.currency")]
    public async Task A_broken_catalog_changes_nothing_and_is_refused_with_its_place(string right, string wrong, string code, string where)
    {
        var before = await _server.Http.GetStringAsync("/v1/catalog");
        var json = CatalogFile.Read(Path.Combine(RunningServer.Samples, "price-book.yaml")).Replace(Quoted(right), Quoted(wrong), StringComparison.Ordinal);
        var (status, problem) = await _server.SendAsync(HttpMethod.Put, "/v1/catalog", "application/json", Encoding.UTF8.GetBytes(json));
        Assert.Equal(code == "catalog.currency" ? HttpStatusCode.Conflict : HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(code, (string?)problem!["code"]);
        Assert.Contains(where.Split('.')[^1], (string?)problem["where"], StringComparison.Ordinal);
        Assert.Equal(before, await _server.Http.GetStringAsync("/v1/catalog"));
        Assert.Single((await _server.Client.GetAsync<JsonNode>("/v1/catalog/versions", CancellationToken.None)).AsArray());
    }

    [Fact]
    public async Task Yaml_that_cannot_be_read_is_refused_with_line_and_column()
    {
        var (status, problem) = await _server.SendAsync(HttpMethod.Put, "/v1/catalog", "application/yaml", "name: x\nplans: [\n"u8.ToArray());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "yaml.syntax"), (status, (string?)problem!["code"]));
        Assert.StartsWith("line ", (string?)problem["where"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_version_takes_effect_on_its_day_and_keeps_every_number_as_it_was_written()
    {
        var yaml = File.ReadAllText(Path.Combine(RunningServer.Samples, "price-book.yaml"));
        var json = CatalogFile.Read(Path.Combine(RunningServer.Samples, "price-book.yaml"));
        var (status, version) = await _server.SendAsync(HttpMethod.Put, "/v1/catalog?effectiveFrom=2026-07-01", "application/json", Encoding.UTF8.GetBytes(json));
        Assert.Equal((HttpStatusCode.OK, 2, "2026-07-01"), (status, (int)version!["version"]!, (string?)version["effectiveFrom"]));
        Assert.Contains("ratesFile", yaml, StringComparison.Ordinal);
        var stored = await _server.Client.GetAsync<JsonNode>("/v1/catalog?version=2", CancellationToken.None);
        Assert.Equal(JsonNode.Parse(json)!.ToJsonString(), stored["catalog"]!.ToJsonString());
        Assert.Equal(46, ((string)stored["catalog"]!["decks"]![0]!["ratesCsv"]!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_diff_says_what_changes_and_for_whom_and_stores_nothing()
    {
        var json = CatalogFile.Read(Path.Combine(RunningServer.Samples, "price-book.yaml"));
        var (same, nothing) = await _server.SendAsync(HttpMethod.Post, "/v1/catalog/diff", "application/json", Encoding.UTF8.GetBytes(json));
        Assert.Equal((HttpStatusCode.OK, 0), (same, nothing!.AsArray().Count));
        var dearer = JsonNode.Parse(json)!;
        var team = dearer["plans"]!.AsArray().First(plan => (string)plan!["key"]! == "team")!;
        team["charges"]!.AsArray().First(charge => (string)charge!["key"]! == "seat")!["price"] = "13.00";
        var deck = dearer["decks"]![0]!;
        deck["ratesCsv"] = ((string)deck["ratesCsv"]!).TrimEnd('\n') + "\n999,Nowhere,,1,,,,,,\n";
        var (status, changes) = await _server.SendAsync(HttpMethod.Post, "/v1/catalog/diff?effectiveFrom=2026-07-01", "application/json", Encoding.UTF8.GetBytes(dearer.ToJsonString()));
        Assert.Equal(HttpStatusCode.OK, status);
        var changed = changes!.AsArray().Single(change => (string)change!["part"]! == "plan" && (string)change["key"]! == "team")!;
        Assert.Contains("charge seat: price 12.50 -> 13.00", changed["details"]!.AsArray().Select(detail => (string)detail!));
        Assert.Contains("1 rates added, 0 removed, 0 changed", changes.AsArray().Single(change => (string)change!["part"]! == "deck")!["details"]!.AsArray().Select(detail => (string)detail!));
        Assert.NotEmpty(changed["moving"]!.AsArray());
        team["existing"] = "keep";
        var (_, kept) = await _server.SendAsync(HttpMethod.Post, "/v1/catalog/diff?effectiveFrom=2026-07-01", "application/json", Encoding.UTF8.GetBytes(dearer.ToJsonString()));
        var keeping = kept!.AsArray().Single(change => (string)change!["part"]! == "plan" && (string)change["key"]! == "team")!;
        Assert.Equal((0, changed["moving"]!.AsArray().Count), (keeping["moving"]!.AsArray().Count, keeping["keeping"]!.AsArray().Count));
        Assert.Single((await _server.Client.GetAsync<JsonNode>("/v1/catalog/versions", CancellationToken.None)).AsArray());
    }

    [Fact]
    public void A_price_book_is_checked_without_any_data()
    {
        Assert.Equal("Northwind Voice 2026", CatalogFile.Check(CatalogFile.Read(Path.Combine(RunningServer.Samples, "price-book.yaml"))).Catalog.Name);
        Assert.Equal("document.member.missing", Assert.Throws<Refused>(() => CatalogFile.Check("{}")).Code);
    }

    private static string Quoted(string yaml) => $"\"{yaml.Replace(": ", "\":\"", StringComparison.Ordinal)}\"";
}
