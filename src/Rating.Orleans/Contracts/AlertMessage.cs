using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>An alert that was just stored.</summary>
[GenerateSerializer]
[Immutable]
[Alias("rating.AlertMessage")]
public sealed record AlertMessage
{
    /// <summary>Whose it is.</summary>
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>Whose usage reached the threshold.</summary>
    [Id(1)]
    public required string Subscription { get; init; }

    /// <summary>In which period.</summary>
    [Id(2)]
    public required int Period { get; init; }

    /// <summary>The alert's key.</summary>
    [Id(3)]
    public required string Alert { get; init; }

    /// <summary>The threshold's code.</summary>
    [Id(4)]
    public required string Threshold { get; init; }

    /// <summary>Which time of a recurring threshold.</summary>
    [Id(5)]
    public required int Step { get; init; }

    /// <summary>The alert's document.</summary>
    [Id(6)]
    public required string Document { get; init; }
}
