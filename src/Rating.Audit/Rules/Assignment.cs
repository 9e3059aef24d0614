namespace Rating.Audit.Rules;

/// <summary>A subject belongs to a subscription (or to nobody) from one moment to another, in 100 ns since the Unix epoch.</summary>
internal sealed record Assignment(long Sequence, string Subject, string? Subscription, long From, long To);
