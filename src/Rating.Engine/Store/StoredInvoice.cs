using Rating.Domain;

namespace Rating.Engine.Store;

/// <summary>An invoice as it is kept: its key and its document. There is one per account, cycle and currency; each snapshot is on at most one.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Account">The account.</param>
/// <param name="Cycle">Its cycle.</param>
/// <param name="Currency">Its currency's code.</param>
/// <param name="Number">Its running number per tenant, from 1 without gaps.</param>
/// <param name="Document">The invoice as JSON.</param>
/// <param name="Snapshots">The snapshots whose lines it carries: subscription, kind, period.</param>
public sealed record StoredInvoice(TenantId Tenant, AccountId Account, string Cycle, string Currency, long Number, string Document, IReadOnlyList<(SubscriptionId Subscription, string Kind, int Period)> Snapshots);
