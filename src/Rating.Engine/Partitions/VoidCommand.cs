namespace Rating.Engine.Partitions;

/// <summary>Decides that records in suspense are not to be billed.</summary>
internal sealed record VoidCommand(IReadOnlySet<long> Positions) : PartitionCommand
{
    public override string Journal => $$"""{"void":[{{string.Join(',', Positions.Order())}}]}""";
}
