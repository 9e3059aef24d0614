using Rating.Engine.Partitions;

namespace Rating.Orleans.Nodes;

/// <summary>A partition that a grain of this process serves.</summary>
/// <param name="Runner">Runs it.</param>
/// <param name="LeaveAsync">Stores what was applied and ends the grain's activation, so that the next one begins where placement says.</param>
internal sealed record ServedPartition(PartitionRunner Runner, Func<Task> LeaveAsync);
