using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Views;

/// <summary>Records in suspense for the same reason: one unknown number, say.</summary>
/// <param name="Tenant">Whose they are.</param>
/// <param name="Reason">Why they wait.</param>
/// <param name="Subject">The subject that they name.</param>
/// <param name="Type">Their event type.</param>
/// <param name="Count">How many.</param>
/// <param name="First">The earliest event time among them.</param>
/// <param name="Last">The latest.</param>
public sealed record SuspenseGroup(TenantId Tenant, VerdictReason Reason, string Subject, string Type, long Count, Instant First, Instant Last);
