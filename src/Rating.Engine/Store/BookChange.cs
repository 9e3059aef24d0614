using NodaTime;
using Rating.Domain;

namespace Rating.Engine.Store;

/// <summary>One change of everything that is not usage: catalog, accounts, subscriptions, subjects, closes begun.</summary>
/// <param name="Sequence">Its number: 1, 2, ... over all tenants, without gaps.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Document">What changed, as JSON (docs/formats.md).</param>
public sealed record BookChange(long Sequence, TenantId Tenant, Instant RecordedAt, string Document);
