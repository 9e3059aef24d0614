using System.CommandLine;

namespace Rating.Server.Commands;

/// <summary><c>catalog</c>: the price book.</summary>
internal static class CatalogCommand
{
    /// <summary>Makes the command with its own commands.</summary>
    public static Command Create()
    {
        var command = new Command("catalog", "The price book: put it, show it, check it, see what a new one changes.");
        command.Subcommands.Add(new CatalogPutCommand());
        command.Subcommands.Add(new CatalogShowCommand());
        command.Subcommands.Add(new CatalogCheckCommand());
        command.Subcommands.Add(new CatalogDiffCommand());
        return command;
    }
}
