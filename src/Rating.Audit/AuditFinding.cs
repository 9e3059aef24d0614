namespace Rating.Audit;

/// <summary>One difference between what is stored and what the rules say, with its evidence.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Where">Partition and position, or the document.</param>
/// <param name="Expected">What the rules say.</param>
/// <param name="Found">What is stored.</param>
public sealed record AuditFinding(AuditFindingKind Kind, string Where, string Expected, string Found);
