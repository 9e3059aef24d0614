using System.CommandLine;
using Rating.Domain;
using Rating.Engine.Views;
using Rating.Server.Files;

namespace Rating.Server.Commands;

/// <summary><c>onboard</c>: a provider's customers from a CSV file, all of them or none.</summary>
internal sealed class OnboardCommand : RatingCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The customers, CSV with a header." };

    /// <summary>Makes the command.</summary>
    public OnboardCommand()
        : base("onboard", "Takes customers in from a CSV file: all of its rows, or none.", """
            A row is a subscription. Columns: account, subscription, plan, start; and, where you need them: account_name, address, email, end, time_zone (default UTC), anchor_day, anchor_month,
            quantities (seats=25;numbers=3), numbers (the numbers and devices that are its own, separated by blanks).
            Afterwards usage that waited for these numbers is rated.

            Example:
              account,account_name,subscription,plan,start,time_zone,quantities,numbers
              acme,Acme GmbH,acme-office,team,2026-03-01,Europe/Berlin,seats=12,493023125001 493023125002

              rating onboard customers.csv
            """) => Arguments.Add(_file);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var customers = CustomersFile.Read(parsed.GetValue(_file)!);
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var retried = await OnboardAsync(connection.Client, customers, cancellation);
        var (accounts, subscriptions, subjects) = customers.Counts;
        terminal.Result(new { accounts, subscriptions, subjects, suspense = retried }, _ =>
        {
            terminal.Line($"{accounts} accounts, {subscriptions} subscriptions, {subjects} numbers and devices.");
            if (retried.Tried > 0) terminal.Line($"Of {retried.Tried} records in suspense {retried.Resolved} are rated now.");
        });
        return ExitCode.Done;
    }

    /// <summary>Sends the customers as one request, then takes usage that waited for them out of suspense.</summary>
    public static async Task<SuspenseOutcome> OnboardAsync(RatingClient client, CustomersFile customers, CancellationToken cancellation)
    {
        try
        {
            await client.SendJsonAsync(HttpMethod.Post, "/v1/parties", customers.ToRequest(), cancellation);
        }
        catch (Refused refused)
        {
            throw customers.Translate(refused);
        }

        return await client.SendAsync<SuspenseOutcome>(HttpMethod.Post, "/v1/suspense/retry", null, cancellation);
    }
}
