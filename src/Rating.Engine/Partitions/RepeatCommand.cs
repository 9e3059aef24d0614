namespace Rating.Engine.Partitions;

/// <summary>Decides that sealed records repeat records of other partitions, and seals their subscriptions' usage anew without them.</summary>
/// <param name="Batch">The close batch that sealed them.</param>
/// <param name="Repeats">Position here, the position that it repeats there, and whether its content is the same; other content is a conflict, which waits in suspense.</param>
/// <param name="Closes">The subscriptions concerned (by index), with the period that the batch sealed.</param>
internal sealed record RepeatCommand(long Batch, IReadOnlyDictionary<long, (long Of, bool SameContent)> Repeats, IReadOnlyDictionary<int, int> Closes) : PartitionCommand
{
    public override string Journal => $$"""{"repeats":{{Batch}},"positions":[{{string.Join(',', Repeats.Keys.Order())}}]}""";
}
