namespace Rating.Audit.Rules;

/// <summary>Which usage that is already rated one change of the book can concern.</summary>
internal sealed record BookEffect(long Sequence, string Tenant, bool AllSubscriptions, IReadOnlyList<string> Subscriptions);
