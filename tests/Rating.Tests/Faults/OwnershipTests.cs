using System.Diagnostics;
using Npgsql;
using Xunit.Abstractions;

namespace Rating.Tests.Faults;

/// <summary>Two servers that both believe that they own the partitions: the database decides, and what the stale one wakes up with is refused.</summary>
[Collection(FaultsCollection.Name)]
public sealed class OwnershipTests(FaultFixture fixture, ITestOutputHelper output)
{
    private const int Writers = 16;
    private static readonly TimeSpan TakeOverMax = TimeSpan.FromSeconds(3);

    [FaultFact]
    public async Task An_owner_that_was_frozen_and_woken_after_another_committed_writes_nothing_any_more()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            var stale = world.Server;
            var halfWay = world.Usage.March.Count / 2;
            await world.SendAsync([.. world.Usage.March.Take(halfWay)]);
            // In the middle of a stream of records straight into the topic: it has applied some of them, and stored others.
            var stream = Task.Run(() => world.SendAsync([.. world.Usage.March.Skip(halfWay).Where(batch => batch.Partition is not null)]));
            stale.Freeze();
            var fresh = world.Begin("data-2");
            Assert.NotNull(await fresh.ReadyAsync());
            world.Use(fresh, fresh.Url!);
            await stream;
            await world.SendAsync([.. world.Usage.March.Skip(halfWay).Where(batch => batch.Partition is null)]);
            await world.CloseAsync("2026-04-01");
            await world.CaughtUpAsync();
            var epochs = Epochs();
            var before = Journal();
            stale.Thaw();
            // It wakes up, tries to store what it had applied, and is told for every partition that it is lost.
            using var client = new HttpClient { BaseAddress = new Uri(stale.Url!) };
            await Until.SoAsync("the stale server has lost what it touches", async () => (int)(await client.GetAsync("/health/ready")).StatusCode == 503);
            // What it still takes over HTTP goes into the log, and the owner rates it: a batch that nobody else sends.
            world.SetClock(FaultUsage.InApril);
            var taken = world.Usage.April.First(batch => batch.Partition is null);
            world.Use(stale, stale.Url!);
            await Until.SoAsync("the stale server's intake works on: it needs the log only", () => world.TryPostAsync(taken.Events));
            world.Use(fresh, fresh.Url!);
            await world.SendAsync([.. world.Usage.April.Where(batch => batch != taken)]);
            await world.CloseAprilAsync();
            Assert.Equal(epochs, Epochs());
            Assert.Equal(before, Journal());
            stale.Kill();
            await world.MustEndAsUndisturbedAsync();
        });

        string Epochs() => (string)world.Postgres.Run(world.Database, "SELECT string_agg(id || ':' || epoch, ' ' ORDER BY id) FROM rating.partition")!;
        // What was written under epochs that are over.
        string Journal() => (string)world.Postgres.Run(world.Database, "SELECT coalesce(string_agg(c.partition || '/' || number || '/' || c.epoch, ' ' ORDER BY c.partition, number), '') FROM rating.checkpoint c JOIN rating.partition p ON p.id = c.partition WHERE c.epoch < p.epoch")!;
    }

    [FaultFact]
    public async Task An_owner_that_is_frozen_at_any_moment_of_its_commits_holds_no_partition()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            var worst = TimeSpan.Zero;
            var stream = Task.Run(() => world.SendAsync(world.Usage.March));
            await using var next = world.Postgres.Connect(world.Database);
            // Takes what a take-over takes, and gives it back: the owner goes on, and is frozen again at another moment.
            await using var take = new NpgsqlCommand("BEGIN; UPDATE rating.partition SET epoch = epoch + 1; ROLLBACK", next);
            for (var freezes = 0; freezes < (FaultFixture.IsLong ? 200 : 20) || !stream.IsCompleted; freezes++)
            {
                world.Server.Freeze();
                var watch = Stopwatch.StartNew();
                await take.ExecuteNonQueryAsync();
                worst = watch.Elapsed > worst ? watch.Elapsed : worst;
                world.Server.Thaw();
                Assert.InRange(worst, TimeSpan.Zero, TakeOverMax);
            }

            await stream;
            await world.CloseAsync("2026-04-01");
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
            output.WriteLine($"longest wait for all {FaultUsage.Partitions} partitions: {worst.TotalMilliseconds:0} ms");
        });
    }

    [FaultFact]
    public async Task Servers_that_start_at_once_on_an_empty_database_take_each_partition_one_after_the_other_and_count_once()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            // The usage is there before the first owner is: each of them wants to write the first checkpoint. (That the database lets one of 16 do so: PostgresRatingStoreTests.)
            await world.SendAsync([.. world.Usage.March.Where(batch => batch.Partition is not null)]);
            var count = FaultFixture.IsLong ? Writers : 4;
            var servers = Enumerable.Range(0, count).Select(number => world.Begin($"data-{number}")).ToList();
            foreach (var server in servers) Assert.NotNull(await server.ReadyAsync());
            // Each partition has the last of them that took it; not always the same server. A further one takes all.
            foreach (var server in servers) server.Kill();
            await world.StartAsync();
            await world.CaughtUpAsync();
            // Two that took a partition at the same moment would have one epoch, and what both of them rated would be decided twice.
            var lowest = (long)world.Postgres.Run(world.Database, "SELECT min(epoch) FROM rating.partition")!;
            Assert.InRange(lowest, count + 1, long.MaxValue);
            Assert.Equal(TopicContent.Ends(world.Kafka.Bootstrap, world.Topic, FaultUsage.Partitions).Sum(), (await world.ReconciliationAsync()).Decided);
            await world.SetUpAsync();
            await world.AgainAsync(client => client.SendAsync<Rating.Engine.Views.SuspenseOutcome>(HttpMethod.Post, "/v1/suspense/retry", null, default));
            await world.RunMarchAsync();
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }
}
