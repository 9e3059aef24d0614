using System.CommandLine;
using System.Text.Json;
using Rating.Engine.Books;

namespace Rating.Server.Commands;

/// <summary><c>catalog diff</c>: what a price book would change, and for whom.</summary>
internal sealed class CatalogDiffCommand : PriceBookCommand
{
    private const int SubscriptionsShownMax = 10;
    /// <summary>Makes the command.</summary>
    public CatalogDiffCommand()
        : base("diff", "Shows what a price book would change compared with the latest version, and for which subscriptions. Changes nothing.", """
            Example:
              rating catalog diff price-book.yaml --effective-from 2026-07-01
            """)
    {
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var answer = await SendAsync(HttpMethod.Post, "/v1/catalog/diff", parsed, at, cancellation);
        terminal.Result(answer, _ =>
        {
            var changes = JsonSerializer.Deserialize<List<CatalogChange>>(answer, JsonSerializerOptions.Web)!;
            if (changes.Count == 0) terminal.Line("It changes nothing.");
            foreach (var change in changes)
            {
                terminal.Line($"{change.Part}{(change.Key.Length == 0 ? "" : " " + change.Key)}: {change.What}");
                foreach (var detail in change.Details) terminal.Line($"  {detail}");
                if (change.Moving.Count > 0) terminal.Line($"  {change.Moving.Count} subscriptions move: {Some(change.Moving)}");
                if (change.Keeping.Count > 0) terminal.Line($"  {change.Keeping.Count} subscriptions keep what they have: {Some(change.Keeping)}");
            }
        });
        return ExitCode.Done;
    }

    private static string Some(IReadOnlyList<string> ids) => string.Join(", ", ids.Take(SubscriptionsShownMax)) + (ids.Count > SubscriptionsShownMax ? ", ..." : "");
}
