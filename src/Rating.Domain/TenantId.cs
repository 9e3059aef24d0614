namespace Rating.Domain;

/// <summary>One MSP: the owner of a catalog, its accounts and its usage.</summary>
public readonly record struct TenantId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
