using System.CommandLine;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary><c>audit</c>: proves what is stored.</summary>
internal sealed class AuditCommand : RatingCommand
{
    /// <summary>Makes the command.</summary>
    public AuditCommand()
        : base("audit", "Reads the log back and recomputes every verdict, snapshot, invoice and running charge. Exit code 4 on a finding.", """
            The auditor shares no code with the engine. It reads everything that is stored, so it takes a while on much data.

            Example:
              rating audit
            """)
    {
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await Connection.OpenAsync(at, cancellation);
        AuditDocument report = null!;
        await terminal.ProgressAsync("auditing", async _ => report = await connection.Client.SendAsync<AuditDocument>(HttpMethod.Post, "/v1/audit", null, cancellation));
        terminal.Result(report, text =>
        {
            terminal.Line($"{report.Positions} records, {report.Snapshots} snapshots, {report.Invoices} invoices, {report.Balances} running charges and {report.Alerts} alerts recomputed; {report.FindingsCount} findings.");
            foreach (var money in report.Money) terminal.Line($"{money.Currency}: rated {money.Rated} = invoiced {money.Invoiced} + not yet invoiced {money.NotYetInvoiced}; difference {money.Difference}");
            if (report.Findings.Count == 0) return;
            var table = Terminal.TableOf("finding", "where", "expected", "found");
            foreach (var finding in report.Findings.Take(100)) Terminal.Row(table, finding.Kind, finding.Where, finding.Expected, finding.Found);
            text.Write(table);
        });
        return report.FindingsCount == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }
}
