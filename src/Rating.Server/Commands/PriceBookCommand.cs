using System.CommandLine;
using Rating.Server.Files;

namespace Rating.Server.Commands;

/// <summary>A command that sends a price book as a version that begins some day.</summary>
internal abstract class PriceBookCommand : RatingCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The price book, YAML or JSON." };
    private readonly Option<string?> _from = new("--effective-from") { Description = "The first day on which it applies; by default the document's, else today.", HelpName = "DAY" };

    /// <summary>Makes a command.</summary>
    protected PriceBookCommand(string name, string about, string more)
        : base(name, about, more)
    {
        Arguments.Add(_file);
        Options.Add(_from);
    }

    /// <summary>Sends it, and gives the answer.</summary>
    protected async Task<string> SendAsync(HttpMethod method, string path, ParseResult parsed, Place at, CancellationToken cancellation)
    {
        var (json, _) = CatalogFile.Load(parsed.GetValue(_file)!);
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var query = parsed.GetValue(_from) is { } from ? $"?effectiveFrom={Uri.EscapeDataString(from)}" : "";
        return await connection.Client.SendJsonAsync(method, path + query, json, cancellation);
    }
}
