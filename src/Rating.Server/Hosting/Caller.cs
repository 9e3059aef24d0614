using Rating.Domain;

namespace Rating.Server.Hosting;

/// <summary>On whose behalf a request is made. The one place where a tenant comes from: never from a header or a body that the caller writes.</summary>
/// <param name="Tenant">The tenant.</param>
internal sealed record Caller(TenantId Tenant);
