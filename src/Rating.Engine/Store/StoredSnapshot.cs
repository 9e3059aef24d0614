using Rating.Domain;

namespace Rating.Engine.Store;

/// <summary>A snapshot as it is kept: its key and its document. There is one per subscription, kind and period.</summary>
public sealed record StoredSnapshot(TenantId Tenant, SubscriptionId Subscription, string Kind, int Period, AccountId Account, string Document);
