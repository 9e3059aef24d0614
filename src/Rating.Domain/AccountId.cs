namespace Rating.Domain;

/// <summary>Who is billed.</summary>
public readonly record struct AccountId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
