namespace Rating.Engine.Views;

/// <summary>What a retry, or a void, of records in suspense did.</summary>
/// <param name="Tried">How many were taken.</param>
/// <param name="Resolved">How many left suspense.</param>
public sealed record SuspenseOutcome(long Tried, long Resolved);
