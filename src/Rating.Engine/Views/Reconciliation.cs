using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Views;

/// <summary>Received, counted where usage enters, against verdicts, counted where it is rated (promise P7).</summary>
/// <param name="Rows">Per source and hour.</param>
/// <param name="Verdicts">All verdicts with their reasons.</param>
public sealed record Reconciliation(IReadOnlyList<ReconciliationRow> Rows, IReadOnlyList<(Verdict Verdict, VerdictReason Reason, long Count)> Verdicts)
{
    /// <summary>How many were received.</summary>
    public long Received => Rows.Sum(row => row.Received);

    /// <summary>How many have a verdict.</summary>
    public long Decided => Rows.Sum(row => row.Decided);

    /// <summary>Received without a verdict; zero when nothing is lost and all is read.</summary>
    public long Difference => Rows.Sum(row => Math.Abs(row.Received - row.Decided));
}
