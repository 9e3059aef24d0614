using System.CommandLine;
using Rating.Server.Documents;
using Rating.Server.Files;

namespace Rating.Server.Commands;

/// <summary><c>catalog put</c>: makes a price book the next version.</summary>
internal sealed class CatalogPutCommand : RatingCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The price book, YAML or JSON." };
    private readonly Option<string?> _from = new("--effective-from") { Description = "The first day on which it applies; by default the document's, else today.", HelpName = "DAY" };

    /// <summary>Makes the command.</summary>
    public CatalogPutCommand()
        : base("put", "Makes a price book the next version. A broken one changes nothing.", """
            A deck may have its rates in a CSV file beside the price book: write 'ratesFile: decks/retail.csv' instead of 'rates'.

            Example:
              rating catalog put price-book.yaml --effective-from 2026-07-01
            """)
    {
        Arguments.Add(_file);
        Options.Add(_from);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var (json, _) = CatalogFile.Load(parsed.GetValue(_file)!);
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var query = parsed.GetValue(_from) is { } from ? $"?effectiveFrom={Uri.EscapeDataString(from)}" : "";
        var answer = await connection.Client.SendJsonAsync(HttpMethod.Put, $"/v1/catalog{query}", json, cancellation);
        terminal.Result(answer, _ =>
        {
            var version = System.Text.Json.JsonSerializer.Deserialize<CatalogVersionDocument>(answer, System.Text.Json.JsonSerializerOptions.Web)!;
            terminal.Line($"{version.Name}: version {version.Version}, in force from {version.EffectiveFrom}, {version.Currency}, plans {string.Join(", ", version.Plans)}.");
        });
        return ExitCode.Done;
    }
}
