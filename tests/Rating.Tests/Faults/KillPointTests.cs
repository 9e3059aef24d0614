using Rating.Server.Faults;
using Xunit.Abstractions;

namespace Rating.Tests.Faults;

/// <summary>kill -9 at every named point, and in the middle of whatever runs: the end is that of the run that nobody disturbed.</summary>
[Collection(FaultsCollection.Name)]
public sealed class KillPointTests(FaultFixture fixture, ITestOutputHelper output)
{
    public static TheoryData<int> Rounds => [.. Enumerable.Range(0, FaultFixture.Rounds)];

    [FaultTheory]
    [MemberData(nameof(Rounds))]
    public async Task A_server_that_is_killed_at_every_point_ends_as_if_nobody_had_killed_it(int round)
    {
        var seed = FaultFixture.Seed + round;
        var random = new Random(seed);
        var world = await FaultWorld.MakeAsync(fixture, seed);
        world.Environment["RATING__KAFKA__INVOICESTOPIC"] = Invoices(world);
        await world.Kafka.CreateTopicAsync(Invoices(world), 1);
        var waiting = new Queue<string>();
        var died = new List<string>();
        world.OnDeath = () =>
        {
            var point = world.Environment.GetValueOrDefault(KillPoints.Variable, "");
            world.Server.KilledAsync().GetAwaiter().GetResult(); // by SIGKILL, not by a fault of its own
            died.Add(point.Split(':')[0]);
            Next();
        };
        await FaultWorld.TestAsync(world, async () =>
        {
            await StageAsync(world.SetUpAsync, "book");
            await StageAsync(() => world.SendAsync(world.Usage.March), "takeover", "append", "read", "checkpoint");
            await StageAsync(() => PassedAsync(world), "alerts");
            // Account by account, so that each point has a closing that has not passed it yet.
            await StageAsync(world.CloseAccountsAsync, "seal", "snapshots", "invoices");
            await StageAsync(() => PassedAsync(world), "handoff");
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
            await MustBePublishedAsync(world);
            Assert.Equal(KillPoints.Places.Keys.Order(), died.Order());
        });
        output.WriteLine($"seed {seed}: killed at {string.Join(", ", died)}");

        // The points of a stage in any order, each at its first or second passing; a stage goes on until all have been passed.
        async Task StageAsync(Func<Task> work, params string[] names)
        {
            // The outbox leaves in one piece: once it is remembered, there is nothing more to pass.
            foreach (var point in KillPoints.Places.Keys.Where(point => names.Contains(point.Split('.')[0])).OrderBy(point => point == "handoff.after").ThenBy(_ => random.Next()))
                waiting.Enqueue(names[0] is "book" or "alerts" or "seal" or "handoff" ? point : $"{point}:{random.Next(1, 3)}");
            Next();
            world.Server?.Kill();
            await world.StartAsync();
            for (var attempt = 0; attempt < 10 && (attempt == 0 || world.Environment.ContainsKey(KillPoints.Variable)); attempt++)
            {
                await work();
                await world.CaughtUpAsync(); // what is killed when it stores is found here
            }

            Assert.False(world.Environment.TryGetValue(KillPoints.Variable, out var left), $"{left} is not passed.");
        }

        void Next()
        {
            if (waiting.TryDequeue(out var point)) world.Environment[KillPoints.Variable] = point;
            else world.Environment.Remove(KillPoints.Variable);
            world.Tell($"next: {point}");
        }
    }

    private static string Invoices(FaultWorld world) => $"{world.Topic}-invoices";

    // The outbox begins to leave, and what has alerts is looked at, as soon as the server is ready: a server that is killed at it was reached.
    private static Task<TimeSpan> PassedAsync(FaultWorld world) => Until.SoAsync("what a start does is done, whatever was killed", async () =>
    {
        if (world.Server.HasEnded)
        {
            await world.StatusAsync(); // starts the next one
            return false;
        }

        return !world.Environment.ContainsKey(KillPoints.Variable);
    });

    // At least once each, with the same id: what was published and not remembered so is published again.
    private static Task<TimeSpan> MustBePublishedAsync(FaultWorld world) => Until.SoAsync("each invoice is published", async () =>
    {
        var published = TopicContent.Read(world.Kafka.Bootstrap, Invoices(world), 1).Records.Select(record => System.Text.Encoding.UTF8.GetString(record.Value)).ToHashSet();
        return (await world.InvoicesAsync()).Values.All(published.Contains);
    });
}
