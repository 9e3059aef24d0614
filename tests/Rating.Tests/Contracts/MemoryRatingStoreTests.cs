using Rating.Engine.Store;

namespace Rating.Tests.Contracts;

public sealed class MemoryRatingStoreTests : RatingStoreContract
{
    protected override IRatingStore Make() => new MemoryRatingStore(PartitionCount);
}
