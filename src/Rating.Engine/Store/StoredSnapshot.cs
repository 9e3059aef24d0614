using Rating.Domain;

namespace Rating.Engine.Store;

/// <summary>A snapshot as it is kept: its key and its document. There is one per subscription, kind and period.</summary>
/// <remarks><c>Known</c> is how many snapshots of the subscription its maker knew. What stands in one is not in the next, so of two that were made with the same number one is stored. Null in what is read.</remarks>
public sealed record StoredSnapshot(TenantId Tenant, SubscriptionId Subscription, string Kind, int Period, AccountId Account, string Document, int? Known = null);
