using Rating.Engine.Log;

namespace Rating.Tests.Contracts;

public sealed class MemoryUsageLogTests : UsageLogContract
{
    protected override IUsageLog Make() => new MemoryUsageLog(PartitionCount);
}
