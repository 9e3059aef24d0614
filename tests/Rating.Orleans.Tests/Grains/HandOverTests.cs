using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Tests.Engine;

namespace Rating.Orleans.Tests.Grains;

/// <summary>What a silo does beside its work, when it fails or comes at an awkward moment: taking partitions and duties and letting them go, following the book, waiting.</summary>
public sealed class HandOverTests
{
    // What is applied stays unstored until the end.
    private static RatingSettings Unstored => new() { Partitions = 1, CheckpointEvery = TimeSpan.FromDays(1000), CheckpointRest = TimeSpan.FromDays(1) };

    [Fact]
    public async Task A_partition_that_is_lost_while_it_begins_is_not_asked_here_any_more()
    {
        await using var log = new MemoryUsageLog(1);
        await using var store = new MemoryRatingStore(1);
        var moment = new Moment("is served here");
        await using var silos = await TestSilos.StartAsync(1, log, store, new RatingSettings { Partitions = 1 }, new TestClock(), logger: moment);
        var node = silos.Nodes[0];
        var isLost = false;
        moment.Came = () =>
        {
            // Orleans has not taken note yet that the grain has begun, and will not tell it that it ends.
            node.BelongsHere = _ => false;
            node.Served[0].Runner.OnLost!();
            isLost = true;
        };
        await node.Served[0].LeaveAsync();
        await Until.SoAsync("it began again, was lost, and nobody is asked for it", () => Task.FromResult(isLost && node.Served.IsEmpty));
        node.BelongsHere = _ => true;
        await Until.SoAsync("it is served again", () => Task.FromResult(silos.Engines[0].NotReady.Count == 0));
    }

    [Fact]
    public async Task A_duty_that_is_to_end_while_it_begins_is_ended_and_done_by_its_next_grain_alone()
    {
        await using var log = new MemoryUsageLog(1);
        await using var store = new MemoryRatingStore(1);
        var moment = new Moment("is done here");
        await using var silos = await TestSilos.StartAsync(1, log, store, new RatingSettings { Partitions = 1 }, new TestClock(), logger: moment);
        var grain = silos.Cluster.GetSiloServiceProvider().GetRequiredService<IGrainContextAccessor>();
        moment.Came = () => grain.GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "the test"), CancellationToken.None);
        var (begun, doing) = (0, 0);
        silos.Partitions[0].RunAlone("a duty", async stop =>
        {
            Interlocked.Increment(ref begun);
            Interlocked.Increment(ref doing);
            try
            {
                await new TaskCompletionSource().Task.WaitAsync(stop);
            }
            finally
            {
                Interlocked.Decrement(ref doing);
            }
        });
        await Until.SoAsync("it has begun again and is done once", () => Task.FromResult(begun > 1 && doing == 1));
    }

    [Fact]
    public async Task A_partition_that_cannot_store_its_last_records_is_let_go_all_the_same_and_they_are_redone()
    {
        await using var log = new MemoryUsageLog(1);
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(1));
        await using var kept = store;
        await using var silos = await TestSilos.StartAsync(1, log, store, Unstored, new TestClock());
        var (node, engine) = (silos.Nodes[0], silos.Engines[0]);
        var runner = node.Served[0].Runner;
        await engine.Intake.AcceptAsync(new TenantId("default"), ["""{"specversion":"1.0","id":"1","source":"pbx","type":"call","subject":"nobody"}"""u8.ToArray()], default);
        await Until.SoAsync("it is applied", () => Task.FromResult(runner.Status.Position == 1));
        Assert.Equal(0, runner.Status.Committed);
        var waiter = runner.TookUpAsync(long.MaxValue, default);
        faults.OnCommit = (_, _) => throw new Refused("store.denied", "permission denied for table partition");
        await node.Served[0].LeaveAsync().WaitAsync(Until.Patience);
        await Assert.ThrowsAsync<Unavailable>(() => waiter.WaitAsync(Until.Patience));
        Assert.Equal((1, "permission denied for table partition"), (runner.Redone, runner.Status.Problem));
        faults.OnCommit = null;
        await Until.SoAsync("it is served again", () => Task.FromResult(node.Served.TryGetValue(0, out var next) && next.Runner != runner && next.Runner.Status.Position == 1));
        Assert.Equal(1, Assert.Single(await engine.SuspenseAsync(new TenantId("default"), default)).Count);
    }

    [Fact]
    public async Task A_silo_whose_book_could_not_be_read_for_a_reason_that_nobody_expects_follows_it_again()
    {
        await using var log = new MemoryUsageLog(1);
        var inner = new MemoryRatingStore(1);
        var (store, faults) = FaultyStore.Around(inner);
        await using var kept = store;
        await using var silos = await TestSilos.StartAsync(1, log, store, new RatingSettings { Partitions = 1 }, new TestClock());
        var failed = 0;
        faults.Fails = call => call == nameof(IRatingStore.ReadBookAsync) && ++failed > 0 ? new Refused("book.kind", "There is no book change of kind 'tomorrow'.") : null;
        await Until.SoAsync("the book was not read", () => Task.FromResult(failed > 0));
        // As another process does.
        await inner.AppendBookAsync(new BookChange(1, new TenantId("default"), new TestClock().GetCurrentInstant(), """{"kind":"parties","accounts":[{"id":"A"}]}"""), default);
        faults.Fails = _ => null;
        await Until.SoAsync("the change is known here", () => Task.FromResult(silos.Engines[0].Book.Sequence == 1));
    }

    [Fact]
    public async Task A_silo_whose_loops_fail_stores_all_that_it_has_applied_when_it_stops()
    {
        await using var log = new MemoryUsageLog(1);
        var inner = new MemoryRatingStore(1);
        var (store, faults) = FaultyStore.Around(inner);
        await using var kept = store;
        await using (var silos = await TestSilos.StartAsync(1, log, store, Unstored, new TestClock()))
        {
            await silos.Engines[0].Intake.AcceptAsync(new TenantId("default"), ["""{"specversion":"1.0","id":"1","source":"pbx","type":"call","subject":"nobody"}"""u8.ToArray()], default);
            await Until.SoAsync("it is applied", () => Task.FromResult(silos.Nodes[0].Served[0].Runner.Status.Position == 1));
            Assert.Equal(0, (await inner.PlaceOfAsync(0, default)).NextPosition);
            var failed = 0;
            faults.Fails = call => call == nameof(IRatingStore.ReadBookAsync) && ++failed > 0 ? new InvalidOperationException("A fault of the program.") : null;
            await Until.SoAsync("the book was not read", () => Task.FromResult(failed > 0));
        }

        Assert.Equal(1, (await inner.PlaceOfAsync(0, default)).NextPosition);
    }

    [Fact]
    public async Task A_read_of_a_partition_that_is_here_is_given_up_as_one_of_a_partition_elsewhere()
    {
        await using var log = new MemoryUsageLog(1);
        await using var store = new MemoryRatingStore(1);
        await using var silos = await TestSilos.StartAsync(1, log, store, new RatingSettings { Partitions = 1 }, new TestClock(), time: new Hasty());
        // It does not take up a book change that there is not.
        var asked = silos.Partitions[0].UsageAsync(0, 0, 1, default);
        Assert.Equal("Partition 0 has not taken up the book yet.", (await Assert.ThrowsAsync<Unavailable>(() => asked.WaitAsync(Until.Patience))).Message);
    }

    /// <summary>Time that passes twenty times as fast.</summary>
    private sealed class Hasty : TimeProvider
    {
        private const int Times = 20;

        public override long GetTimestamp() => base.GetTimestamp() * Times;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Times : dueTime, period > TimeSpan.Zero ? period / Times : period);
    }

    /// <summary>Does something once, in the midst of what says that a grain begins.</summary>
    private sealed class Moment(string line) : ILogger
    {
        public Action? Came { get; set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Came is not { } came || !formatter(state, exception).EndsWith(line, StringComparison.Ordinal)) return;
            Came = null;
            came();
        }
    }
}
