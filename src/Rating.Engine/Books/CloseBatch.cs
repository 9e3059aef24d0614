using Rating.Domain;

namespace Rating.Engine.Books;

/// <summary>Closes that were begun together.</summary>
/// <param name="Number">The batch's number.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Sequence">The book change that began it, and froze its periods.</param>
/// <param name="Closes">Subscription (by index) and period.</param>
public sealed record CloseBatch(long Number, TenantId Tenant, long Sequence, IReadOnlyList<(int Subscription, int Period)> Closes);
