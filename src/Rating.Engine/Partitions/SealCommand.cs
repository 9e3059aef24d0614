namespace Rating.Engine.Partitions;

/// <summary>Seals one period each of a batch of subscriptions, whether they have usage here or not.</summary>
/// <param name="Batch">The close batch.</param>
/// <param name="BookSequence">The book change that froze the periods; the partition takes it up first.</param>
/// <param name="Closes">Subscription (by index) and period.</param>
internal sealed record SealCommand(long Batch, long BookSequence, IReadOnlyList<(int Subscription, int Period)> Closes) : PartitionCommand
{
    public override string Journal => $$"""{"seal":{{Batch}}}""";
}
