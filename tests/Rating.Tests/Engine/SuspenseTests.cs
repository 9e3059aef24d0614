using NodaTime;
using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Each checkpoint says from which one on the ledger has all that is in suspense: retention goes by it.</summary>
public sealed class SuspenseTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 10, 12, 0);

    [Fact]
    public async Task What_is_in_suspense_begins_at_the_oldest_that_was_not_resolved()
    {
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(1));
        Checkpoint? last = null;
        faults.OnCommit = (checkpoint, _) =>
        {
            last = checkpoint;
            return Task.CompletedTask;
        };
        await using var world = await EngineWorld.StartAsync(Now, new RatingSettings { Partitions = 1 }, store: store);
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, """{"currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"sms","event":"sms"}],"plans":[{"key":"p","charges":[{"key":"sms","model":"perUnit","meter":"sms","price":"0.10"}]}]}""", null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}]}""", default);
        var sent = new List<long>();
        foreach (var number in new[] { "1", "2", "3", "4" })
        {
            await world.SendAsync($$"""{"specversion":"1.0","id":"{{number}}","source":"app","type":"sms","subject":"{{number}}","time":"2026-03-10T12:00:00Z"}""");
            sent.Add(last!.Number);
            Assert.Equal(sent[0], last.SuspenseFrom);
        }

        // A number in the middle is given: the oldest still waits. Then the oldest: the third is the oldest now.
        await GiveAsync("2");
        Assert.Equal(sent[0], last!.SuspenseFrom);
        await GiveAsync("1");
        Assert.Equal(sent[2], last!.SuspenseFrom);
        await world.Engine.VoidSuspenseAsync(EngineWorld.Tenant, [(0, 2)], default);
        Assert.Equal(sent[3], last!.SuspenseFrom);
        await GiveAsync("4");
        Assert.Null(last!.SuspenseFrom);
        await world.MustBeCleanAsync("suspense resolved");

        async Task GiveAsync(string number)
        {
            await world.Engine.PutPartiesAsync(EngineWorld.Tenant, $$"""{"subjects":[{"subject":"{{number}}","subscription":"S","from":"2026-03-01T00:00:00Z"}]}""", default);
            await world.Engine.RetrySuspenseAsync(EngineWorld.Tenant, default);
        }
    }
}
