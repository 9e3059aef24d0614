namespace Rating.Audit;

/// <summary>Collects findings: keeps the first ones, counts all.</summary>
internal sealed class Findings
{
    public List<AuditFinding> Kept { get; } = [];
    public long Count { get; private set; }

    public void Add(AuditFindingKind kind, string where, object? expected, object? found)
    {
        Count++;
        if (Kept.Count < AuditReport.FindingsMax) Kept.Add(new AuditFinding(kind, where, expected?.ToString() ?? "", found?.ToString() ?? ""));
    }
}
