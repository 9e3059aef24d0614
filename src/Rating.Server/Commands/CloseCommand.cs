using System.CommandLine;
using Rating.Domain;
using Rating.Engine.Views;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary><c>close</c>: ends periods.</summary>
internal sealed class CloseCommand : RatingCommand
{
    private readonly Option<string?> _account = new("--account") { Description = "Only this account's subscriptions.", HelpName = "ID" };
    private readonly Option<string?> _subscription = new("--subscription") { Description = "Only this subscription.", HelpName = "ID" };
    private readonly Option<bool> _all = new("--all") { Description = "All subscriptions." };
    private readonly Option<string?> _through = new("--through") { Description = "Periods that end on or before this day; by default all whose end and usage grace are over.", HelpName = "DAY" };

    /// <summary>Makes the command.</summary>
    public CloseCommand()
        : base("close", "Closes periods: seals their usage, makes their snapshots, and invoices the accounts that are complete.", """
            A period closes when it has ended and its usage grace is over; what comes later goes to the next invoice. Running it again makes nothing twice.

            Example (March 2026, which ends on 2026-04-01):
              rating close --all --through 2026-04-01
            """)
    {
        foreach (var option in new Option[] { _account, _subscription, _all, _through }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override string Stopped => "Stopped. What is closed stays closed; run the same command again to go on.";

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var (account, subscription, all) = (parsed.GetValue(_account), parsed.GetValue(_subscription), parsed.GetValue(_all));
        if ((account is null ? 0 : 1) + (subscription is null ? 0 : 1) + (all ? 1 : 0) != 1) throw new Refused("usage", "Say what to close: one of --all, --account ID, --subscription ID.");
        await using var connection = await Connection.OpenAsync(at, cancellation);
        CloseOutcomeDocument outcome = null!;
        await terminal.ProgressAsync("closing", async tell => outcome = await CloseAsync(connection.Client, account, subscription, parsed.GetValue(_through), tell, cancellation));
        terminal.Result(outcome, text =>
        {
            terminal.Line($"{outcome.SnapshotCount} periods closed, {outcome.Invoices.Count} invoices made.");
            InvoicesCommand.Write(text, outcome.Invoices);
            foreach (var parked in outcome.Parked) terminal.Line($"Left open: {parked.Subscription}: {parked.Why}");
        });
        return outcome.Parked.Count == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }

    /// <summary>Closes, and tells how far it is meanwhile.</summary>
    public static async Task<CloseOutcomeDocument> CloseAsync(RatingClient client, string? account, string? subscription, string? through, Action<long, long> tell, CancellationToken cancellation)
    {
        var path = account is not null ? $"/v1/accounts/{Uri.EscapeDataString(account)}/close" : subscription is not null ? $"/v1/subscriptions/{Uri.EscapeDataString(subscription)}/close" : "/v1/close";
        var closed = client.SendAsync<CloseOutcomeDocument>(HttpMethod.Post, path, new CloseRequest(through), cancellation);
        while (await Task.WhenAny(closed, Task.Delay(TimeSpan.FromMilliseconds(300), cancellation)) != closed)
        {
            var progress = await client.GetAsync<CloseProgress>("/v1/close/progress", cancellation);
            tell(progress.Done, progress.Of);
        }

        return await closed;
    }
}
