using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>Records in suspense for the same reason.</summary>
[GenerateSerializer]
[Immutable]
[Alias("rating.SuspenseMessage")]
public sealed record SuspenseMessage
{
    /// <summary>Why they wait, as the ledger numbers it.</summary>
    [Id(0)]
    public required byte Reason { get; init; }

    /// <summary>The subject that they name.</summary>
    [Id(1)]
    public required string Subject { get; init; }

    /// <summary>Their event type.</summary>
    [Id(2)]
    public required string Type { get; init; }

    /// <summary>How many.</summary>
    [Id(3)]
    public required long Count { get; init; }

    /// <summary>The earliest event time among them, in 100 ns since the Unix epoch.</summary>
    [Id(4)]
    public required long FirstTicks { get; init; }

    /// <summary>The latest.</summary>
    [Id(5)]
    public required long LastTicks { get; init; }
}
