namespace Rating.Audit.Rules;

/// <summary>A close: these periods are sealed with terms and prices of this sequence.</summary>
internal sealed record CloseBatch(long Sequence, string Tenant, int Batch, IReadOnlyList<(string Subscription, int Period, bool Supplementary)> Closes);
