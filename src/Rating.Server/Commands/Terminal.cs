using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Rating.Server.Commands;

/// <summary>Where a command writes: its result to the standard output, as text or as one JSON document; progress and warnings to the error output.</summary>
internal sealed class Terminal(bool json)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Whether the result is to be JSON.</summary>
    public bool IsJson { get; } = json;

    /// <summary>The standard output.</summary>
    public IAnsiConsole Out { get; } = Of(Console.Out, Console.IsOutputRedirected);

    /// <summary>The error output.</summary>
    public IAnsiConsole Error { get; } = Of(Console.Error, Console.IsErrorRedirected);

    /// <summary>Writes the result: as JSON when that was asked for, else as text.</summary>
    public void Result(object document, Action<IAnsiConsole> text)
    {
        if (IsJson) Console.Out.WriteLine(document as string ?? JsonSerializer.Serialize(document, document.GetType(), Options));
        else text(Out);
    }

    /// <summary>Writes a plain line to the standard output, unless it is for JSON.</summary>
    public void Line(string text)
    {
        if (!IsJson) Console.Out.WriteLine(text);
    }

    /// <summary>Does something long, shown as a bar.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="work">Does it; is given what to call with how much of how much is done.</param>
    public Task ProgressAsync(string what, Func<Action<long, long>, Task> work) => Error.Progress().AutoClear(true).HideCompleted(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(what));
            await work((done, of) => (bar.MaxValue, bar.Value) = (Math.Max(of, 1), done));
        });

    /// <summary>A table with plain borders; the named columns are aligned to the right.</summary>
    public static Table TableOf(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(column.StartsWith('>') ? new TableColumn(Markup.Escape(column[1..])).RightAligned() : new TableColumn(Markup.Escape(column)));
        return table;
    }

    /// <summary>Adds a row of plain texts.</summary>
    public static void Row(Table table, params ReadOnlySpan<string> cells)
    {
        var row = new List<Markup>();
        foreach (var cell in cells) row.Add(new Markup(Markup.Escape(cell)));
        table.AddRow(row);
    }

    private static IAnsiConsole Of(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect, Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect });
        // Into a file or a pipe a table is not broken to the width of a screen.
        if (redirected) console.Profile.Width = 240;
        return console;
    }
}
