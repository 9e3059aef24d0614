using System.CommandLine;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary><c>reconcile</c>: whether the count closes.</summary>
internal sealed class ReconcileCommand : RatingCommand
{
    /// <summary>Makes the command.</summary>
    public ReconcileCommand()
        : base("reconcile", "Compares what was received with what has a verdict, per source and hour. Exit code 4 when they differ.", """
            Received is counted where usage enters, verdicts where it is rated. While usage streams in, what is not read yet is a difference, too: ask again.

            Example:
              rating reconcile
            """)
    {
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await Connection.OpenAsync(at, cancellation);
        var report = await connection.Client.GetAsync<ReconciliationDocument>("/v1/reconciliation", cancellation);
        terminal.Result(report, text =>
        {
            var (table, verdicts) = (Terminal.TableOf("source", "hour", ">received", ">decided", ">difference"), report.Verdicts);
            foreach (var row in report.Rows) Terminal.Row(table, row.Source, row.Hour, $"{row.Received}", $"{row.Decided}", $"{row.Received - row.Decided}");
            text.Write(table);
            var reasons = Terminal.TableOf("verdict", "reason", ">records");
            foreach (var reason in report.Reasons) Terminal.Row(reasons, reason.Verdict, reason.Reason, $"{reason.Count}");
            text.Write(reasons);
            terminal.Line($"received={report.Received} rated={verdicts.Rated} late={verdicts.Late} notbillable={verdicts.NotBillable} duplicate={verdicts.Duplicate} suspended={verdicts.Suspended} rejected={verdicts.Rejected} difference={report.Difference}");
        });
        return report.Difference == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }
}
