namespace Rating.Server.Documents;

/// <summary>How one partition is doing.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">The log position that it applies next.</param>
/// <param name="Committed">The log position up to which all is stored.</param>
/// <param name="End">The end of its log, as far as it was seen.</param>
/// <param name="Lag">How many records wait.</param>
/// <param name="State"><c>loading</c>, <c>running</c>, <c>waiting</c> (for log or store; goes on by itself), <c>stopped</c> (a person must act) or <c>lost</c> (another process has it).</param>
/// <param name="Problem">Why it stands still; empty while it moves.</param>
internal sealed record PartitionDocument(int Partition, long Position, long Committed, long End, long Lag, string State, string Problem)
{
    /// <summary>Writes it down.</summary>
    public static PartitionDocument Of(Engine.Views.PartitionStatus one) => new(one.Partition, one.Position, one.Committed, one.End, one.Lag, one.State.ToString().ToLowerInvariant(), one.Problem);
}
