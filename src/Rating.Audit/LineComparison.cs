namespace Rating.Audit;

/// <summary>Compares lines by kind, charge, detail and days; then quantity and amount.</summary>
internal static class LineComparison
{
    public static void Compare(IEnumerable<OracleLine> expected, IEnumerable<OracleLine> found, AuditFindingKind kind, string where, Findings findings)
    {
        var missing = expected.ToList();
        var extra = new List<OracleLine>();
        foreach (var line in found)
            if (!missing.Remove(line)) extra.Add(line);
        foreach (var line in missing)
        {
            var other = extra.Find(e => (e.Kind, e.Charge, e.Detail, e.From) == (line.Kind, line.Charge, line.Detail, line.From)) ?? extra.Find(e => (e.Charge, e.Detail) == (line.Charge, line.Detail));
            if (other is not null) extra.Remove(other);
            findings.Add(kind, where, line.Evidence, other?.Evidence ?? "none");
        }
        foreach (var line in extra) findings.Add(kind, where, "none", line.Evidence);
    }
}
