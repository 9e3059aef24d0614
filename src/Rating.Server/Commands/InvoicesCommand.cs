using System.CommandLine;
using Rating.Engine.Views;
using Rating.Server.Documents;
using Spectre.Console;

namespace Rating.Server.Commands;

/// <summary><c>invoices</c>: lists them, shows one, writes them to files.</summary>
internal sealed class InvoicesCommand : RatingCommand
{
    private readonly Argument<string?> _number = new("NUMBER") { Description = "The invoice's number; without it all are listed.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _html = new("--html") { Description = "Write the invoice as a page to print.", HelpName = "FILE" };
    private readonly Option<string?> _out = new("--out") { Description = "Write each invoice as NUMBER.json and NUMBER.html.", HelpName = "DIR" };
    private readonly Option<string?> _account = new("--account") { Description = "Only this account's.", HelpName = "ID" };

    /// <summary>Makes the command.</summary>
    public InvoicesCommand()
        : base("invoices", "Lists invoices, shows one, or writes them to files.", """
            Example:
              rating invoices
              rating invoices 1 --html invoice-1.html
              rating invoices --out ./invoices
            """)
    {
        Arguments.Add(_number);
        foreach (var option in new Option[] { _html, _out, _account }) Options.Add(option);
    }

    /// <summary>Writes a list of invoices as a table.</summary>
    public static void Write(IAnsiConsole text, IReadOnlyList<InvoiceSummary> invoices)
    {
        if (invoices.Count == 0) return;
        var table = Terminal.TableOf("number", "account", "cycle", "date", ">total", "");
        foreach (var invoice in invoices) Terminal.Row(table, invoice.Number, invoice.Account, invoice.Cycle, invoice.Date, invoice.Total, invoice.Currency);
        text.Write(table);
    }

    /// <summary>Writes an invoice as JSON and as a page.</summary>
    /// <returns>The page's path.</returns>
    public static async Task<string> WriteFilesAsync(RatingClient client, string number, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Concat(number.Split(Path.GetInvalidFileNameChars())));
        await File.WriteAllTextAsync(path + ".json", await client.TextAsync($"/v1/invoices/{Uri.EscapeDataString(number)}", cancellation), cancellation);
        await File.WriteAllTextAsync(path + ".html", await client.TextAsync($"/v1/invoices/{Uri.EscapeDataString(number)}.html", cancellation), cancellation);
        return path + ".html";
    }

    /// <summary>All invoices, page by page.</summary>
    public static async Task<List<InvoiceSummary>> ListAsync(RatingClient client, string? account, CancellationToken cancellation)
    {
        var all = new List<InvoiceSummary>();
        while (true)
        {
            var query = (account is null ? "" : $"&account={Uri.EscapeDataString(account)}") + (all.Count == 0 ? "" : $"&after={Uri.EscapeDataString(all[^1].Number)}");
            var page = await client.GetAsync<List<InvoiceSummary>>($"/v1/invoices?limit=1000{query}", cancellation);
            all.AddRange(page);
            if (page.Count < 1000) return all;
        }
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await Connection.OpenAsync(at, cancellation);
        if (parsed.GetValue(_number) is { } number) return await OneAsync(connection.Client, number, parsed, terminal, cancellation);
        if (parsed.GetValue(_html) is not null) throw new Domain.Refused("usage", "Say which invoice: rating invoices NUMBER --html FILE; or write all with --out DIR.");
        var invoices = await ListAsync(connection.Client, parsed.GetValue(_account), cancellation);
        if (parsed.GetValue(_out) is { } folder)
            foreach (var invoice in invoices) await WriteFilesAsync(connection.Client, invoice.Number, folder, cancellation);
        terminal.Result(invoices, text =>
        {
            if (invoices.Count == 0) terminal.Line("There are no invoices yet; 'rating close' makes them.");
            Write(text, invoices);
        });
        return ExitCode.Done;
    }

    private async Task<int> OneAsync(RatingClient client, string number, ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var json = await client.TextAsync($"/v1/invoices/{Uri.EscapeDataString(number)}", cancellation);
        if (parsed.GetValue(_html) is { } file) await File.WriteAllTextAsync(file, await client.TextAsync($"/v1/invoices/{Uri.EscapeDataString(number)}.html", cancellation), cancellation);
        if (parsed.GetValue(_out) is { } folder) await WriteFilesAsync(client, number, folder, cancellation);
        terminal.Result(json, text =>
        {
            var invoice = InvoiceDocument.Read(json);
            terminal.Line($"Invoice {invoice.Number} of {invoice.Date} to {invoice.Account}, cycle {invoice.Cycle}");
            foreach (var section in invoice.Sections)
            {
                terminal.Line($"\n{section.Subscription} ({section.Kind}{(section.Period is { } period ? $" {period.Start} to {period.End}" : "")})");
                var table = Terminal.TableOf("charge", "detail", "from", "to", ">quantity", "unit", ">amount", "how");
                foreach (var line in section.Lines) Terminal.Row(table, line.Name, line.Detail, line.From, line.To, line.Quantity, line.Unit, line.Amount, line.Explanation);
                text.Write(table);
            }

            if (invoice.AccountLines is { } ofAccount)
            {
                terminal.Line($"\n{invoice.Account}");
                var table = Terminal.TableOf("subscription", "charge", "detail", ">amount", "how");
                foreach (var line in ofAccount) Terminal.Row(table, line.Subscription ?? "", line.Name, line.Detail, line.Amount, line.Explanation);
                text.Write(table);
            }

            if (invoice.Taxes is { } taxes)
            {
                var table = Terminal.TableOf("tax", "jurisdiction", ">amount", "how");
                foreach (var tax in taxes) Terminal.Row(table, tax.Name, tax.Jurisdiction, tax.Amount, tax.How);
                text.Write(table);
                terminal.Line($"Net {invoice.Net}, tax {invoice.Tax}");
            }

            terminal.Line($"Total {invoice.Total} {invoice.Currency}");
            if (invoice.Due is { } due) terminal.Line($"Due {due} {invoice.Currency}");
        });
        return ExitCode.Done;
    }
}
