namespace Rating.Domain;

/// <summary>What is rated: a plan sold to an account, with its running charge.</summary>
public readonly record struct SubscriptionId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
