using System.CommandLine;
using Rating.Domain;
using Rating.Server.Cdr;
using Rating.Server.Documents;
using Rating.Server.Importing;

namespace Rating.Server.Commands;

/// <summary><c>import</c>: reads CDR files.</summary>
internal sealed class ImportCommand : RatingCommand
{
    private readonly Argument<string[]> _files = new("FILE") { Description = "The files.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _map = new("--map") { Description = $"How the rows are to be read: {string.Join(", ", CdrMap.BuiltInNames)}, or a map of your own.", HelpName = "NAME|MAP.yaml", Required = true };
    private readonly Option<string?> _source = new("--source") { Description = "What the rows are counted under; two phone systems whose row ids may collide need two. By default cdr/MAP.", HelpName = "TEXT" };
    private readonly Option<string?> _zone = new("--zone") { Description = "The time zone of the file's local times, instead of the map's.", HelpName = "ZONE" };
    private readonly Option<bool> _again = new("--again") { Description = "Read a file again that was read whole before." };

    /// <summary>Makes the command.</summary>
    public ImportCommand()
        : base("import", "Reads CDR files: every row becomes a usage record, or is refused with a reason.", """
            It can be stopped at any time and run again: no row counts twice. A file that was read whole before is recognised by its content and passed over. Refused rows go to
            FILE.refused.csv with line and reason. At the end: the counts, and the numbers that nobody has. docs/cdr-import.md tells how to write a map.

            Example:
              rating import Master.csv --map asterisk
              rating import export.csv --map my-switch.yaml --source switch-2
            """)
    {
        Arguments.Add(_files);
        foreach (var option in new Option[] { _map, _source, _zone, _again }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override string Stopped => "Stopped. What was sent is kept; run the same command again to read the rest, no row counts twice.";

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var map = CdrMap.Load(parsed.GetValue(_map)!);
        if (parsed.GetValue(_zone) is { } zone) map = map.WithZone(zone);
        var files = parsed.GetValue(_files)!;
        foreach (var file in files)
            if (!File.Exists(file)) throw new Refused("file.unreadable", $"{file}: there is no such file.");
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var run = new ImportRun(connection.Client, map, parsed.GetValue(_source));
        var before = await run.CountsAsync(cancellation);
        var read = new List<FileResult>();
        foreach (var file in files) read.Add(await ReadAsync(file, run, parsed.GetValue(_again), terminal, cancellation));
        await run.DecidedAsync(cancellation);
        var counts = (await run.CountsAsync(cancellation)).Verdicts - before.Verdicts;
        var unknown = (await connection.Client.GetAsync<SuspenseDocument>("/v1/suspense", cancellation)).Groups.Where(group => group.Reason == "unknownSubject").ToList();
        terminal.Result(new { run.Source, run.Received, verdicts = counts, files = read, unknownNumbers = unknown }, text =>
        {
            terminal.Line($"received={run.Received} rated={counts.Rated} late={counts.Late} notbillable={counts.NotBillable} duplicate={counts.Duplicate} suspended={counts.Suspended} rejected={counts.Rejected}");
            foreach (var file in read.Where(file => file.RefusedRows is not null)) terminal.Line($"Refused rows: {file.RefusedRows}");
            if (unknown.Count == 0) return;
            var table = Terminal.TableOf("number", "event type", ">records", "first", "last");
            foreach (var group in unknown.Take(50)) Terminal.Row(table, group.Subject.Length > 0 ? group.Subject : "(none)", group.Type, $"{group.Count}", group.First, group.Last);
            terminal.Line($"\n{unknown.Count} numbers belong to nobody; {unknown.Sum(group => group.Count)} records wait for them in suspense{(unknown.Count > 50 ? "; the largest 50 are" : "")}:");
            text.Write(table);
            terminal.Line("Give them to subscriptions: add them to the column 'numbers' of your customers file and run 'rating onboard' again, or PUT /v1/subjects/NUMBER.\nWhat is not to be billed: 'rating suspense void'.");
        });
        return ExitCode.Done;
    }

    private static async Task<FileResult> ReadAsync(string path, ImportRun run, bool again, Terminal terminal, CancellationToken cancellation)
    {
        if (!again && await run.FindAsync(path, cancellation) is { } known)
        {
            terminal.Line($"{path}: read whole before ({known.Rows} rows, as {known.Name} on {known.At}); passed over. --again reads it again.");
            return new FileResult(path, true, known.Rows, 0, 0, null);
        }

        var length = new FileInfo(path).Length;
        CdrCounts counts = null!;
        string? refusedRows = null;
        await terminal.ProgressAsync(Path.GetFileName(path), async tell => (counts, refusedRows) = await run.ReadAsync(path, done => tell(done, length), cancellation));
        terminal.Line($"{path}: {counts.Lines} lines, {counts.Usable} usable rows, {counts.Refused} refused, {counts.Header + counts.Blank + counts.Comment} others.");
        if (counts.IsLastRowOpen) terminal.Line($"{path}: the last row, line {counts.Lines}, has no line end and was taken as it stands. If the file was cut, or is still being written, that row may be wrong.");
        return new FileResult(path, false, counts.Rows, counts.Usable, counts.Refused, refusedRows) { LastRowOpen = counts.IsLastRowOpen };
    }

    private sealed record FileResult(string File, bool PassedOver, long Rows, long Usable, long Refused, string? RefusedRows)
    {
        public bool LastRowOpen { get; init; }
    }
}
