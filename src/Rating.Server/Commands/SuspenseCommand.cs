using System.CommandLine;
using System.Globalization;
using Rating.Domain;
using Rating.Engine.Views;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary><c>suspense</c>: usage that could not be rated.</summary>
internal sealed class SuspenseCommand : RatingCommand
{
    private readonly Argument<string> _what = new("WHAT") { Description = "list, retry, or void.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "list" };
    private readonly Option<int> _records = new("--records") { Description = "With list: also show so many single records, with their places.", HelpName = "N" };
    private readonly Option<string[]> _at = new("--at") { Description = "With void: places as PARTITION:POSITION.", HelpName = "PLACE", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _subject = new("--subject") { Description = "With void: all records in suspense that name this number or device.", HelpName = "NUMBER" };

    /// <summary>Makes the command.</summary>
    public SuspenseCommand()
        : base("suspense", "Shows usage that could not be rated, rates it again, or decides that it is not to be billed.", """
            Mend the cause first: give the number to a subscription, add the price. Then retry.

            Example:
              rating suspense
              rating suspense retry
              rating suspense void --subject 493023125999
            """)
    {
        _what.AcceptOnlyFromAmong("list", "retry", "void");
        Arguments.Add(_what);
        foreach (var option in new Option[] { _records, _at, _subject }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var client = connection.Client;
        switch (parsed.GetValue(_what))
        {
            case "retry":
                var retried = await client.SendAsync<SuspenseOutcome>(HttpMethod.Post, "/v1/suspense/retry", null, cancellation);
                terminal.Result(retried, _ => terminal.Line($"Of {retried.Tried} records {retried.Resolved} left suspense."));
                return ExitCode.Done;
            case "void":
                var voided = await VoidAsync(client, parsed.GetValue(_at) ?? [], parsed.GetValue(_subject), cancellation);
                terminal.Result(voided, _ => terminal.Line($"{voided.Resolved} records are not to be billed."));
                return ExitCode.Done;
            default:
                var list = await client.GetAsync<SuspenseDocument>($"/v1/suspense?records={parsed.GetValue(_records)}", cancellation);
                terminal.Result(list, text =>
                {
                    terminal.Line($"{list.Count} records in suspense.");
                    if (list.Count == 0) return;
                    var table = Terminal.TableOf("reason", "number or device", "event type", ">records", "first", "last");
                    foreach (var group in list.Groups) Terminal.Row(table, group.Reason, group.Subject, group.Type, $"{group.Count}", group.First, group.Last);
                    text.Write(table);
                    if (list.Records.Count == 0) return;
                    var records = Terminal.TableOf("place", "reason", "source", "id", "type", "subject", "time", "why");
                    foreach (var one in list.Records) Terminal.Row(records, $"{one.Partition}:{one.Position}", one.Reason, one.Source, one.Id, one.Type, one.Subject, one.Time, one.Detail);
                    text.Write(records);
                });
                return ExitCode.Done;
        }
    }

    private static async Task<SuspenseOutcome> VoidAsync(RatingClient client, string[] places, string? subject, CancellationToken cancellation)
    {
        if (places.Length == 0 == subject is null) throw new Refused("usage", "Say which records: either --at PARTITION:POSITION ..., or --subject NUMBER.");
        var positions = subject is null
            ? places.Select(ReadPlace).ToList()
            : [.. (await client.GetAsync<SuspenseDocument>("/v1/suspense?records=10000", cancellation)).Records.Where(record => record.Subject == subject).Select(record => new LogPlace(record.Partition, record.Position))];
        return positions.Count == 0 ? new SuspenseOutcome(0, 0) : await client.SendAsync<SuspenseOutcome>(HttpMethod.Post, "/v1/suspense/void", new VoidRequest(positions), cancellation);
    }

    private static LogPlace ReadPlace(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition) && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? new LogPlace(partition, position)
            : throw new Refused("usage", $"'{text}' is not a place; 'rating suspense --records 100' shows them as PARTITION:POSITION.");
    }
}
