namespace Rating.Engine.Store;

/// <summary>All that a stretch of a partition's log did, stored in one transaction or not at all.</summary>
/// <remarks>The bytes of memory and ledger are the partition's own and used again after the commit: a store that keeps them keeps copies.</remarks>
public sealed record Checkpoint
{
    /// <summary>The partition.</summary>
    public required int Partition { get; init; }

    /// <summary>The epoch of its owner; the store refuses any but the latest.</summary>
    public required long Epoch { get; init; }

    /// <summary>One more than that of the checkpoint before.</summary>
    public required long Number { get; init; }

    /// <summary>The first log position that it covers.</summary>
    public required long FirstPosition { get; init; }

    /// <summary>The position after the last one that it covers.</summary>
    public required long NextPosition { get; init; }

    /// <summary>The book change up to which the partition works from here on.</summary>
    public required long BookSequence { get; init; }

    /// <summary>The commands that it carried out before its records, a JSON array (docs/formats.md).</summary>
    public required string Commands { get; init; }

    /// <summary>The partition's memory, or what changed in it.</summary>
    public StateBlock? State { get; init; }

    /// <summary>Its ledger entries.</summary>
    public LedgerBlock? Ledger { get; init; }

    /// <summary>The ids that it began to remember.</summary>
    public IdBlock? Ids { get; init; }

    /// <summary>What it sealed. A block for a batch that was sealed before replaces that one.</summary>
    public IReadOnlyList<SealBlock> Seals { get; init; } = [];

    /// <summary>The checkpoint from which on the ledger has all that is in suspense then; null when nothing is. Retention keeps it.</summary>
    public long? SuspenseFrom { get; init; }

    /// <summary>How the counts of verdicts change.</summary>
    public IReadOnlyList<VerdictCount> Verdicts { get; init; } = [];
}
