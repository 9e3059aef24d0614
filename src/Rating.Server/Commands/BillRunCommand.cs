using System.CommandLine;
using Rating.Engine.Views;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary><c>billrun</c>: makes the invoices that are due.</summary>
internal sealed class BillRunCommand : RatingCommand
{
    private readonly Option<string?> _account = new("--account") { Description = "Only this account.", HelpName = "ID" };
    private readonly Option<bool> _activations = new("--activations") { Description = "Also invoice subscriptions that have begun: one-off charges and the first advance." };

    /// <summary>Makes the command.</summary>
    public BillRunCommand()
        : base("billrun", "Makes all invoices that are due and not made. Running it again makes none.", """
            Example:
              rating billrun --activations
            """)
    {
        Options.Add(_account);
        Options.Add(_activations);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var invoices = await connection.Client.SendAsync<List<InvoiceSummary>>(HttpMethod.Post, "/v1/billrun", new BillRunRequest(parsed.GetValue(_account), parsed.GetValue(_activations)), cancellation);
        terminal.Result(invoices, text =>
        {
            terminal.Line($"{invoices.Count} invoices made.");
            InvoicesCommand.Write(text, invoices);
        });
        return ExitCode.Done;
    }
}
