namespace Rating.Orleans.Placement;

/// <summary>Names of grains that belong to a tenant: tenant, slash, the rest. A slash or percent sign in the tenant is escaped.</summary>
public static class GrainKey
{
    /// <summary>The key.</summary>
    public static string Of(string tenant, string name) => $"{tenant.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal)}/{name}";

    /// <summary>Tenant and name of a key.</summary>
    public static (string Tenant, string Name) Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return (key[..slash].Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal), key[(slash + 1)..]);
    }
}
