using Orleans.Runtime;
using Rating.Domain;
using Rating.Engine.Partitions;
using Rating.Orleans.Nodes;

namespace Rating.Orleans.Tests.Grains;

/// <summary>When a process may go by what it knows of a partition elsewhere, and when it must ask.</summary>
public sealed class HoldersTests
{
    private const int Held = 7, Lacking = 8;
    private readonly StandingTime _time = new();
    private readonly Holders _holders;

    public HoldersTests() => _holders = new Holders(2, _time);

    [Fact]
    public void A_partition_that_told_what_it_holds_is_asked_for_that_only()
    {
        Take(epoch: 1, since: -1, version: 3, Held);
        Assert.Null(_holders.LacksAsOf(1, Held, 10));
        Assert.Equal(5, _holders.LacksAsOf(1, Lacking, 10));
        Assert.Null(_holders.LacksAsOf(0, Lacking, 10));
    }

    [Fact]
    public void What_was_told_longer_ago_than_the_limit_says_is_not_gone_by()
    {
        Take(epoch: 1, since: -1, version: 3, Held);
        _time.Now += TimeSpan.FromMilliseconds(Limits.HoldingsAgeMillisMax);
        Assert.NotNull(_holders.LacksAsOf(1, Lacking, 10));
        _time.Now += TimeSpan.FromMilliseconds(1);
        Assert.Null(_holders.LacksAsOf(1, Lacking, 10));
    }

    [Fact]
    public void A_partition_that_has_not_taken_up_the_book_is_asked()
    {
        Take(epoch: 1, since: -1, version: 3, Held);
        Assert.Null(_holders.LacksAsOf(1, Lacking, 11));
    }

    [Fact]
    public void An_owner_before_is_not_believed()
    {
        Take(epoch: 2, since: -1, version: 1, Held);
        Take(epoch: 1, since: -1, version: 9);
        Assert.Null(_holders.LacksAsOf(1, Held, 10));
        Take(epoch: 3, since: -1, version: 0);
        Assert.NotNull(_holders.LacksAsOf(1, Held, 10));
    }

    [Fact]
    public void Changes_that_do_not_follow_what_is_known_say_nothing()
    {
        Take(epoch: 1, since: -1, version: 3, Held);
        _time.Now += TimeSpan.FromMilliseconds(Limits.HoldingsAgeMillisMax);
        Take(epoch: 1, since: 4, version: 5);
        Take(epoch: 2, since: 3, version: 5);
        _time.Now += TimeSpan.FromMilliseconds(1);
        Assert.Null(_holders.LacksAsOf(1, Lacking, 10));
        Take(epoch: 1, since: 3, version: 4, Lacking);
        Assert.Null(_holders.LacksAsOf(1, Lacking, 10));
        Assert.NotNull(_holders.LacksAsOf(1, 9, 10));
    }

    private void Take(long epoch, long since, long version, params int[] held) => _holders.Take(
        1, SiloAddress.Zero, new PartitionHoldings(epoch, since, version, BookSequence: 10, Lag: 5, PartitionHoldings.Write([.. held.Select(subscription => (subscription, (byte)1))])), _time.GetTimestamp());

    private sealed class StandingTime : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
