using System.CommandLine;
using System.Text.Json;
using Rating.Engine.Quotes;
using Rating.Server.Files;

namespace Rating.Server.Commands;

/// <summary><c>quote</c>: invoices as they would be, from a file alone.</summary>
internal sealed class QuoteCommand : RatingCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "What to quote, YAML or JSON (docs/quotes.md)." };
    private readonly Option<string?> _catalog = new("--catalog") { Description = "The price book, when the file brings none.", HelpName = "FILE" };

    /// <summary>Makes the command.</summary>
    public QuoteCommand()
        : base("quote", "Previews a subscription's invoices: price book, history and usage in, lines and totals out.", """
            It is the code that prices real invoices; it stores nothing, needs no data folder and no server, and gives the same answer every time.

            Example:
              rating quote quote.yaml --catalog price-book.yaml
            """)
    {
        Arguments.Add(_file);
        Options.Add(_catalog);
    }

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var request = CatalogFile.ReadDocument(parsed.GetValue(_file)!);
        var catalog = parsed.GetValue(_catalog) is { } path ? CatalogFile.Read(path) : null;
        var json = Quote.Write(Quote.Make(request, catalog));
        terminal.Result(json, text =>
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            foreach (var invoice in root.GetProperty("invoices").EnumerateArray())
            {
                var period = invoice.GetProperty("period");
                terminal.Line($"\nInvoice for {period.GetProperty("start")} to {period.GetProperty("end")}");
                var table = Terminal.TableOf("charge", "detail", "from", "to", ">quantity", "unit", ">amount", "how");
                foreach (var line in invoice.GetProperty("lines").EnumerateArray())
                    Terminal.Row(table, Text(line, "name"), Text(line, "detail"), Text(line, "from"), Text(line, "to"), Text(line, "quantity"), Text(line, "unit"), Text(line, "amount"), Text(line, "explanation"));
                text.Write(table);
                terminal.Line($"Total {invoice.GetProperty("total")} {root.GetProperty("currency")}");
            }
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;
}
