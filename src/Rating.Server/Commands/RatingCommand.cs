using System.CommandLine;
using Rating.Domain;
using Rating.Engine;
using Rating.Server.Cdr;

namespace Rating.Server.Commands;

/// <summary>A command with what all commands share: where it works, how it writes, how it fails.</summary>
internal abstract class RatingCommand : Command
{
    private readonly Option<string> _data = new("--data") { Description = "The data folder.", HelpName = "DIR", DefaultValueFactory = _ => "./data" };
    private readonly Option<string> _tenant = new("--tenant") { Description = "Whose data.", HelpName = "NAME", DefaultValueFactory = _ => "default" };
    private readonly Option<string?> _url = new("--url") { Description = "A server; by default the one that holds the data folder, or none.", HelpName = "URL" };
    private readonly Option<bool> _json = new("--json") { Description = "Write the result as JSON." };

    /// <summary>Makes a command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="about">What it does, in a sentence.</param>
    /// <param name="more">More about it, with an example.</param>
    protected RatingCommand(string name, string about, string more)
        : base(name, $"{about}\n\n{more}\n\n{ExitCode.Help}")
    {
        About = about;
        foreach (var option in new Option[] { _data, _tenant, _url, _json }) Options.Add(option);
        SetAction(InvokeAsync);
    }

    /// <summary>What it does, in a sentence: its line in the list of commands.</summary>
    public string About { get; }

    /// <summary>Does it.</summary>
    protected abstract Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation);

    private async Task<int> InvokeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = new Terminal(parsed.GetValue(_json));
        try
        {
            var url = parsed.GetValue(_url);
            if (url is not null && !Uri.TryCreate(url, UriKind.Absolute, out _)) throw new Refused("url.invalid", $"'{url}' is not an address such as http://127.0.0.1:8080.");
            return await RunAsync(parsed, new Place(parsed.GetValue(_data)!, parsed.GetValue(_tenant)!, url, parsed.GetResult(_data)?.Implicit ?? true), terminal, cancellation);
        }
        catch (Refused refused)
        {
            return Fail(terminal, refused.Code is "url.invalid" or "url.loopback" or "usage" ? ExitCode.Usage : ExitCode.Refused, refused.Code, refused.Message, refused.Where);
        }
        catch (CdrMapException wrong)
        {
            return Fail(terminal, ExitCode.Refused, "map.invalid", wrong.Message, wrong.Field);
        }
        catch (CdrFileException wrong)
        {
            return Fail(terminal, ExitCode.Refused, "file.map", wrong.Message, "");
        }
        catch (Unavailable wrong)
        {
            return Fail(terminal, ExitCode.Unavailable, "unavailable", wrong.Message, "");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            // A file that cannot be read or written; what the server says comes otherwise.
            return Fail(terminal, ExitCode.Refused, "file.access", wrong.Message, "");
        }
        catch (OperationCanceledException)
        {
            return Fail(terminal, ExitCode.Stopped, "stopped", Stopped, "");
        }
    }

    /// <summary>What a person is told who stopped it.</summary>
    protected virtual string Stopped => "Stopped.";

    private static int Fail(Terminal terminal, int exitCode, string code, string message, string where)
    {
        if (terminal.IsJson) terminal.Result(new { error = new { code, message, where } }, _ => { });
        else Console.Error.WriteLine(message);
        return exitCode;
    }
}
