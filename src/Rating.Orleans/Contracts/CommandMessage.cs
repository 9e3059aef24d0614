using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>A command for a partition. What it does not use is empty.</summary>
[GenerateSerializer]
[Immutable]
[Alias("rating.CommandMessage")]
public sealed record CommandMessage
{
    /// <summary>Which command.</summary>
    [Id(0)]
    public required CommandKind Kind { get; init; }

    /// <summary>The close batch, of <see cref="CommandKind.Seal"/> and <see cref="CommandKind.Repeat"/>. What it closes stands in the book.</summary>
    [Id(1)]
    public long Batch { get; init; }

    /// <summary>The book change that the receiver must have taken up first.</summary>
    [Id(2)]
    public long BookSequence { get; init; }

    /// <summary>Whose records, of <see cref="CommandKind.Retry"/>.</summary>
    [Id(3)]
    public string Tenant { get; init; } = "";

    /// <summary>Log positions, of <see cref="CommandKind.Void"/> and <see cref="CommandKind.Repeat"/>.</summary>
    [Id(4)]
    public long[] Positions { get; init; } = [];

    /// <summary>Per position of <see cref="CommandKind.Repeat"/>, the position that it repeats elsewhere.</summary>
    [Id(5)]
    public long[] RepeatOf { get; init; } = [];

    /// <summary>Per position of <see cref="CommandKind.Repeat"/>, whether its content is the same.</summary>
    [Id(6)]
    public bool[] SameContent { get; init; } = [];

    /// <summary>The subscriptions (by index) that <see cref="CommandKind.Repeat"/> seals anew.</summary>
    [Id(7)]
    public int[] Subscriptions { get; init; } = [];

    /// <summary>Per subscription of <see cref="CommandKind.Repeat"/>, the period that the batch sealed.</summary>
    [Id(8)]
    public int[] Periods { get; init; } = [];
}
