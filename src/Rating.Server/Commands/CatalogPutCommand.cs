using System.CommandLine;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary><c>catalog put</c>: makes a price book the next version.</summary>
internal sealed class CatalogPutCommand : PriceBookCommand
{
    /// <summary>Makes the command.</summary>
    public CatalogPutCommand()
        : base("put", "Makes a price book the next version. A broken one changes nothing.", """
            A deck may have its rates in a CSV file beside the price book: write 'ratesFile: decks/retail.csv' instead of 'rates'.

            Example:
              rating catalog put price-book.yaml --effective-from 2026-07-01
            """)
    {
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var answer = await SendAsync(HttpMethod.Put, "/v1/catalog", parsed, at, cancellation);
        terminal.Result(answer, _ =>
        {
            var version = System.Text.Json.JsonSerializer.Deserialize<CatalogVersionDocument>(answer, System.Text.Json.JsonSerializerOptions.Web)!;
            terminal.Line($"{version.Name}: version {version.Version}, in force from {version.EffectiveFrom}, {version.Currency}, plans {string.Join(", ", version.Plans)}.");
        });
        return ExitCode.Done;
    }
}
