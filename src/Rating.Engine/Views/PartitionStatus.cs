namespace Rating.Engine.Views;

/// <summary>How one partition is doing.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">The log position that it applies next.</param>
/// <param name="Committed">The log position up to which all is stored.</param>
/// <param name="End">The end of its log, as far as it was seen.</param>
/// <param name="State">Whether it moves.</param>
/// <param name="Problem">Why it stands still; empty while it moves.</param>
public sealed record PartitionStatus(int Partition, long Position, long Committed, long End, PartitionState State, string Problem)
{
    /// <summary>How many records wait.</summary>
    public long Lag => Math.Max(0, End - Committed);

    /// <summary>Why it does not move, for people; null while it does.</summary>
    public string? WhyNot => State == PartitionState.Running ? null : $"partition {Partition} is {State.ToString().ToLowerInvariant()}: {Problem}";
}
