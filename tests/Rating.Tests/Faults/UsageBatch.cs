namespace Rating.Tests.Faults;

/// <summary>Records that are sent together: over HTTP, or by somebody else straight into a partition of the topic.</summary>
/// <param name="Partition">Where they go; null: over HTTP, and the intake chooses.</param>
/// <param name="Events">The payloads, in order.</param>
internal sealed record UsageBatch(int? Partition, IReadOnlyList<string> Events);
