using System.Text.Json;
using Rating.Domain;

namespace Rating.Engine.Partitions;

/// <summary>Rates a tenant's records in suspense again, but for those whose id came before with other content.</summary>
internal sealed record RetryCommand(TenantId Tenant) : PartitionCommand
{
    public override string Journal => $$"""{"retry":{{JsonSerializer.Serialize(Tenant.Value)}}}""";
}
