namespace Rating.Server.Documents;

/// <summary>Received, counted where usage enters, against verdicts, counted where it is rated.</summary>
/// <param name="Received">How many were received.</param>
/// <param name="Decided">How many have a verdict.</param>
/// <param name="Difference">Received without a verdict; 0 when nothing is lost and all is read.</param>
/// <param name="Verdicts">How many have each verdict.</param>
/// <param name="Reasons">The same with their reasons.</param>
/// <param name="Rows">Per source and hour.</param>
internal sealed record ReconciliationDocument(
    long Received, long Decided, long Difference, VerdictCounts Verdicts, IReadOnlyList<ReasonCount> Reasons, IReadOnlyList<ReconciliationRowDocument> Rows);

/// <summary>How many records have each verdict.</summary>
internal sealed record VerdictCounts(long Rated, long Late, long NotBillable, long Duplicate, long Suspended, long Rejected)
{
    /// <summary>The counts less earlier ones.</summary>
    public static VerdictCounts operator -(VerdictCounts a, VerdictCounts b) =>
        new(a.Rated - b.Rated, a.Late - b.Late, a.NotBillable - b.NotBillable, a.Duplicate - b.Duplicate, a.Suspended - b.Suspended, a.Rejected - b.Rejected);

    /// <summary>All of them.</summary>
    public long Sum => Rated + Late + NotBillable + Duplicate + Suspended + Rejected;
}

/// <summary>How many records have a verdict for a reason.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">The reason; none when the verdict needs none.</param>
/// <param name="Count">How many.</param>
internal sealed record ReasonCount(string Verdict, string Reason, long Count);

/// <summary>One source and hour.</summary>
/// <param name="Source">The source.</param>
/// <param name="Hour">When the hour began.</param>
/// <param name="Received">How many were received.</param>
/// <param name="Decided">How many have a verdict.</param>
internal sealed record ReconciliationRowDocument(string Source, string Hour, long Received, long Decided);
