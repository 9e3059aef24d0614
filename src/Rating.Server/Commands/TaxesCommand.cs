using System.CommandLine;
using Rating.Engine.Taxes;

namespace Rating.Server.Commands;

/// <summary><c>taxes</c>: what is to be declared.</summary>
internal sealed class TaxesCommand : RatingCommand
{
    private readonly Option<string> _from = new("--from") { Description = "The first invoice day.", HelpName = "DAY", Required = true };
    private readonly Option<string> _to = new("--to") { Description = "The day after the last.", HelpName = "DAY", Required = true };

    /// <summary>Makes the command.</summary>
    public TaxesCommand()
        : base("taxes", "Adds up the taxes of invoices, by jurisdiction: the sums of their tax lines.", """
            An invoice counts in the days that hold its date. Exempt and reversed taxes stand there, too, with what they are on.

            Example:
              rating taxes --from 2026-04-01 --to 2026-05-01
            """)
    {
        Options.Add(_from);
        Options.Add(_to);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var rows = await connection.Client.GetAsync<IReadOnlyList<TaxReportRow>>($"/v1/taxes?from={Uri.EscapeDataString(parsed.GetValue(_from)!)}&to={Uri.EscapeDataString(parsed.GetValue(_to)!)}", cancellation);
        terminal.Result(rows, text =>
        {
            var table = Terminal.TableOf("jurisdiction", "type", "tax", ">percent", ">base", ">amount", "currency", "note", ">invoices");
            foreach (var row in rows) Terminal.Row(table, row.Jurisdiction, row.Type, row.Rule, row.Percent, row.Base, row.Amount, row.Currency, row.Note, $"{row.Invoices}");
            text.Write(table);
        });
        return ExitCode.Done;
    }
}
