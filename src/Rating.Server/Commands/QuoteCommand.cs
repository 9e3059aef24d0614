using System.CommandLine;
using System.Text.Json;
using Rating.Engine.Quotes;
using Rating.Server.Files;
using Spectre.Console;

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
            foreach (var invoice in document.RootElement.GetProperty("invoices").EnumerateArray()) Show(invoice, Text(document.RootElement, "currency"), terminal, text);
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static void Show(JsonElement invoice, string currency, Terminal terminal, IAnsiConsole text)
    {
        var table = Terminal.TableOf("subscription", "charge", "detail", "from", "to", ">quantity", "unit", ">amount", "how");
        if (invoice.TryGetProperty("sections", out var sections))
        {
            terminal.Line($"\nInvoice of {Text(invoice, "date")}");
            foreach (var section in sections.EnumerateArray()) Rows(table, Text(section, "subscription"), section.GetProperty("lines"));
        }
        else
        {
            var period = invoice.GetProperty("period");
            terminal.Line($"\nInvoice for {period.GetProperty("start")} to {period.GetProperty("end")}");
            Rows(table, "", invoice.GetProperty("lines"));
        }

        if (invoice.TryGetProperty("accountLines", out var ofAccount))
            foreach (var line in ofAccount.EnumerateArray()) Row(table, Text(line, "subscription"), line);
        if (invoice.TryGetProperty("taxes", out var taxes))
            foreach (var tax in taxes.EnumerateArray())
                Terminal.Row(table, "", Text(tax, "name"), Text(tax, "jurisdiction"), "", "", "", "", Text(tax, "amount"), $"{(Text(tax, "percent").Length > 0 ? $"{Text(tax, "percent")} % of " : "on ")}{Text(tax, "base")}{(Text(tax, "note").Length > 0 ? $", {Text(tax, "note")}" : "")}");
        if (invoice.TryGetProperty("credits", out var credits))
            foreach (var credit in credits.EnumerateArray())
                if (Text(credit, "apply") == "afterTax") Terminal.Row(table, "", "credit", Text(credit, "credit"), "", "", "", "", $"-{Text(credit, "amount")}", "paid in advance");
        text.Write(table);
        terminal.Line(invoice.TryGetProperty("tax", out var tax2) ? $"Net {Text(invoice, "net")}, tax {tax2.GetString()}, total {Text(invoice, "total")} {currency}" : $"Total {Text(invoice, "total")} {currency}");
        if (invoice.TryGetProperty("due", out var due)) terminal.Line($"Due {due.GetString()} {currency}");
    }

    private static void Rows(Table table, string subscription, JsonElement lines)
    {
        foreach (var line in lines.EnumerateArray()) Row(table, subscription, line);
    }

    private static void Row(Table table, string subscription, JsonElement line) => Terminal.Row(
        table, subscription, Text(line, "name"), Text(line, "detail"), Text(line, "from"), Text(line, "to"), Text(line, "quantity"), Text(line, "unit"), Text(line, "amount"), Text(line, "explanation"));

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;
}
