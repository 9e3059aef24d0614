using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>What a partition can be told to do. Numbers travel between versions: never reuse one.</summary>
[GenerateSerializer]
[Alias("rating.CommandKind")]
public enum CommandKind
{
    /// <summary>Seal the periods of a close batch.</summary>
    Seal = 1,

    /// <summary>Decide that sealed records repeat records of other partitions.</summary>
    Repeat = 2,

    /// <summary>Rate what is in suspense again.</summary>
    Retry = 3,

    /// <summary>Decide that records in suspense are not to be billed.</summary>
    Void = 4,
}
