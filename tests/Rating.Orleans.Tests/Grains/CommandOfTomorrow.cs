using Orleans;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Tests.Grains;

/// <summary><see cref="CommandMessage"/> as a newer version might have it: with a member more.</summary>
[GenerateSerializer]
[Alias("test.CommandOfTomorrow")]
public sealed record CommandOfTomorrow
{
    [Id(0)]
    public CommandKind Kind { get; init; }

    [Id(1)]
    public long Batch { get; init; }

    [Id(2)]
    public long BookSequence { get; init; }

    [Id(3)]
    public string Tenant { get; init; } = "";

    [Id(4)]
    public long[] Positions { get; init; } = [];

    [Id(20)]
    public string Reason { get; init; } = "";
}
