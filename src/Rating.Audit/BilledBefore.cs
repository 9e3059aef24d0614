using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>What an earlier snapshot of a subscription billed, and the free units that it left.</summary>
internal sealed record BilledBefore(string Kind, int Period, IReadOnlyList<OracleLine> Lines, IReadOnlyList<Grant> Left);
