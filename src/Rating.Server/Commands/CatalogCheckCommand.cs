using System.CommandLine;
using Rating.Server.Documents;
using Rating.Server.Files;

namespace Rating.Server.Commands;

/// <summary><c>catalog check</c>: whether a price book could be put, without a data folder.</summary>
internal sealed class CatalogCheckCommand : RatingCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The price book, YAML or JSON." };

    /// <summary>Makes the command.</summary>
    public CatalogCheckCommand()
        : base("check", "Checks a price book by itself, with the files that it names. Touches no data.", """
            Example:
              rating catalog check price-book.yaml && rating catalog put price-book.yaml
            """) => Arguments.Add(_file);

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var version = CatalogVersionDocument.Of(CatalogFile.Load(parsed.GetValue(_file)!).Version);
        terminal.Result(new { version.Name, version.Currency, version.Plans }, _ => terminal.Line($"{version.Name} is right: {version.Currency}, plans {string.Join(", ", version.Plans)}."));
        return Task.FromResult(ExitCode.Done);
    }
}
