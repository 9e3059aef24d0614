using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary><c>catalog show</c>: the price book as it was put.</summary>
internal sealed class CatalogShowCommand : RatingCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Option<int?> _version = new("--version") { Description = "Which version; by default the latest.", HelpName = "N" };

    /// <summary>Makes the command.</summary>
    public CatalogShowCommand()
        : base("show", "Shows the price book.", """
            Without --json a list of its plans and versions; with it the whole document.

            Example:
              rating catalog show --json > price-book.json
            """) => Options.Add(_version);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var catalog = await connection.Client.GetAsync<CatalogDocument>($"/v1/catalog{(parsed.GetValue(_version) is { } version ? $"?version={version}" : "")}", cancellation);
        var versions = await connection.Client.GetAsync<List<CatalogVersionDocument>>("/v1/catalog/versions", cancellation);
        terminal.Result(catalog.Catalog.ToJsonString(Indented), text =>
        {
            terminal.Line($"{(string?)catalog.Catalog["name"]}, version {catalog.Version} of {versions.Count}, in force from {catalog.EffectiveFrom}, {(string?)catalog.Catalog["currency"]}");
            foreach (var plan in catalog.Catalog["plans"]!.AsArray())
            {
                terminal.Line($"\n{plan!["key"]}: {plan["name"]}");
                var table = Terminal.TableOf("charge", "name", "model", ">price");
                foreach (var charge in plan["charges"]!.AsArray())
                    Terminal.Row(table, $"{charge!["key"]}", $"{charge["name"]}", $"{charge["model"]}", Price(charge));
                text.Write(table);
            }
        });
        return ExitCode.Done;
    }

    private static string Price(JsonNode charge) => charge["price"] is { } price ? price.ToString() : charge["deck"] is { } deck ? $"deck {deck}" : $"{(charge["tiers"] as JsonArray)?.Count ?? 0} tiers";
}
