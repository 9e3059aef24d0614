using System.Text.Json;
using Rating.Audit;

namespace Rating.Server.Documents;

/// <summary>What an audit checked and found.</summary>
/// <param name="Positions">Log positions whose verdict was recomputed.</param>
/// <param name="Unread">Log records that no checkpoint covers yet.</param>
/// <param name="Snapshots">Snapshots recomputed.</param>
/// <param name="Invoices">Invoices recomputed.</param>
/// <param name="Balances">Running charges recomputed.</param>
/// <param name="Alerts">Alerts checked.</param>
/// <param name="Verdicts">Records per verdict, as recomputed.</param>
/// <param name="Money">Per currency: rated, invoiced, not yet invoiced.</param>
/// <param name="FindingsCount">How many differences; 0 when all is right.</param>
/// <param name="Findings">The first of them.</param>
internal sealed record AuditDocument(
    long Positions, long Unread, long Snapshots, long Invoices, long Balances, long Alerts, IReadOnlyDictionary<string, long> Verdicts, IReadOnlyList<AuditMoneyDocument> Money, long FindingsCount,
    IReadOnlyList<AuditFindingDocument> Findings)
{
    /// <summary>The document of a report.</summary>
    public static AuditDocument Of(AuditReport report) => new(
        report.PositionsChecked, report.Unread, report.SnapshotsChecked, report.InvoicesChecked, report.BalancesChecked, report.AlertsChecked,
        report.Verdicts.ToDictionary(pair => JsonNamingPolicy.CamelCase.ConvertName(pair.Key.ToString()), pair => pair.Value, StringComparer.Ordinal),
        [.. report.Money.Select(money => new AuditMoneyDocument(money.Currency, money.Rated.ToString()!, money.Invoiced.ToString()!, money.NotYetInvoiced.ToString()!, money.Difference.ToString()!))],
        report.FindingsCount,
        [.. report.Findings.Select(finding => new AuditFindingDocument(JsonNamingPolicy.CamelCase.ConvertName(finding.Kind.ToString()), finding.Where, finding.Expected, finding.Found))]);
}

/// <summary>Money of one currency.</summary>
internal sealed record AuditMoneyDocument(string Currency, string Rated, string Invoiced, string NotYetInvoiced, string Difference);

/// <summary>One difference between what is stored and what the rules say.</summary>
internal sealed record AuditFindingDocument(string Kind, string Where, string Expected, string Found);
