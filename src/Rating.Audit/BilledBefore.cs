namespace Rating.Audit;

/// <summary>What an earlier snapshot of a subscription billed.</summary>
internal sealed record BilledBefore(string Kind, int Period, IReadOnlyList<OracleLine> Lines);
