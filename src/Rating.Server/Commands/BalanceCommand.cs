using System.CommandLine;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary><c>balance</c>: the running charge.</summary>
internal sealed class BalanceCommand : RatingCommand
{
    private readonly Argument<string> _subscription = new("SUBSCRIPTION") { Description = "The subscription's id." };

    /// <summary>Makes the command.</summary>
    public BalanceCommand()
        : base("balance", "Shows a subscription's running charge: what is priced and not invoiced.", """
            Example:
              rating balance acme-office
            """) => Arguments.Add(_subscription);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var balance = await connection.Client.GetAsync<BalanceDocument>($"/v1/subscriptions/{Uri.EscapeDataString(parsed.GetValue(_subscription)!)}/balance", cancellation);
        terminal.Result(balance, text =>
        {
            terminal.Line($"{balance.Subscription} ({balance.Account}), plan {balance.Plan}: {balance.Charge} {balance.Currency} running charge as of {balance.AsOf}");
            foreach (var period in balance.Periods)
            {
                terminal.Line($"\n{period.Period.Start} to {period.Period.End}: {period.Charge} {balance.Currency}");
                if (period.Lines.Count == 0) continue;
                var table = Terminal.TableOf("charge", "detail", ">quantity", "unit", ">amount", "how");
                foreach (var line in period.Lines) Terminal.Row(table, line.Name, line.Detail, line.Quantity, line.Unit, line.Amount, line.Explanation);
                text.Write(table);
            }

            terminal.Line($"Latest event: {balance.LatestEventTime ?? "none"}; {balance.Lag.Records} records of the log are not in it yet.");
        });
        return ExitCode.Done;
    }
}
