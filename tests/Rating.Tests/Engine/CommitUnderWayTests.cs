using NodaTime;
using NodaTime.Text;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>While a checkpoint is on its way to the store its partition goes on; nothing of that is stored, or told as stored, before the checkpoint is.</summary>
public sealed class CommitUnderWayTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 10, 12, 0);

    [Fact]
    public async Task Records_are_applied_and_seen_meanwhile_and_are_not_stored_when_it_fails()
    {
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(1));
        var log = new WatchedLog(new MemoryUsageLog(1));
        await using var world = await StartAsync(log, store, new RatingSettings { Partitions = 1 });
        var (reached, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var offered = new List<(long Epoch, long First, long Next)>();
        faults.OnCommit = async (checkpoint, _) =>
        {
            lock (offered) offered.Add((checkpoint.Epoch, checkpoint.FirstPosition, checkpoint.NextPosition));
            reached.TrySetResult();
            await answer.Task;
        };
        var first = world.SendAsync(Sms("a"));
        await reached.Task.WaitAsync(Until.Patience);
        // The second one is known only to the checkpoint that is not stored.
        var others = world.SendAsync(Sms("b"), Sms("a"));
        await log.AskedFor(3).WaitAsync(Until.Patience);
        var seen = ((await world.BalanceAsync("S")).Charge.ToText(), (await world.Engine.StatusAsync(default))[0].Committed, first.IsCompleted, others.IsCompleted);
        var epoch = offered[0].Epoch;
        answer.SetException(new Unavailable("the answer was lost"));
        Assert.Equal(("0.20", 0, false, false), seen);
        faults.OnCommit = (checkpoint, _) =>
        {
            lock (offered) offered.Add((checkpoint.Epoch, checkpoint.FirstPosition, checkpoint.NextPosition));
            return Task.CompletedTask;
        };
        await Task.WhenAll(first, others).WaitAsync(Until.Patience);
        // Under the epoch whose commit failed nothing else was tried; the next owner did all of it again.
        Assert.Equal([(epoch, 0, 1)], offered.Where(one => one.Epoch == epoch));
        Assert.Equal((epoch + 1, 0, 3), (offered[1].Epoch, offered[1].First, offered[^1].Next));
        Assert.Equal((2, 1), ((await world.VerdictsAsync())[(Verdict.Rated, VerdictReason.None)], (await world.VerdictsAsync())[(Verdict.Duplicate, VerdictReason.None)]));
        await world.MustBeCleanAsync("a commit that failed while records were applied");
    }

    [Fact]
    public async Task What_is_applied_meanwhile_is_at_most_one_checkpoint_more()
    {
        const int readRecordsMax = 1024, records = 20 * readRecordsMax;
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(1));
        var log = new WatchedLog(new MemoryUsageLog(1));
        await using var world = await StartAsync(log, store, new RatingSettings { Partitions = 1, CheckpointRecords = 10 });
        var (reached, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        faults.OnCommit = (_, _) =>
        {
            reached.TrySetResult();
            return answer.Task;
        };
        var sent = world.SendAsync([.. Enumerable.Range(0, 3 * readRecordsMax).Select(number => Sms($"a{number}"))]);
        await reached.Task.WaitAsync(Until.Patience);
        await log.AskedFor(readRecordsMax).WaitAsync(Until.Patience);
        // Far more comes than may be taken before the store answers.
        for (var from = 0; from < records; from += readRecordsMax)
            await world.Engine.Intake.AcceptAsync(EngineWorld.Tenant, [.. Enumerable.Range(from, readRecordsMax).Select(number => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(Sms($"b{number}")))], default);
        var furthest = log.Furthest;
        answer.SetResult();
        Assert.InRange(furthest, readRecordsMax, 2 * readRecordsMax);
        await sent.WaitAsync(Until.Patience);
        await world.Engine.CaughtUpAsync(default).WaitAsync(Until.Patience);
        Assert.Equal(records + 3 * readRecordsMax, (await world.VerdictsAsync())[(Verdict.Rated, VerdictReason.None)]);
    }

    [Fact]
    public async Task The_memory_of_a_checkpoint_on_its_way_serves_no_other_partition()
    {
        const int partitions = 8;
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(partitions));
        await using var world = await StartAsync(new MemoryUsageLog(partitions), store, new RatingSettings { Partitions = partitions });
        string[] subjects = [.. Enumerable.Range(0, 40).Select(number => $"s{number}")];
        var left = subjects.Select(subject => PartitionOf.Key(EngineWorld.Tenant, subject, partitions)).Distinct().Count();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // No checkpoint is stored before every partition has made its own.
        faults.OnCommit = (checkpoint, _) =>
        {
            if (checkpoint.Ledger is not null && Interlocked.Decrement(ref left) == 0) all.TrySetResult();
            return checkpoint.Ledger is null ? Task.CompletedTask : all.Task;
        };
        await world.SendAsync([.. subjects.Select(subject => Sms(subject).Replace("\"49\"", $"\"{subject}\"", StringComparison.Ordinal))]).WaitAsync(Until.Patience);
        Assert.Equal(subjects.Length, (await world.VerdictsAsync())[(Verdict.Suspended, VerdictReason.UnknownSubject)]);
        await world.MustBeCleanAsync("checkpoints of all partitions at once");
    }

    private static async Task<EngineWorld> StartAsync(IUsageLog log, IRatingStore store, RatingSettings settings)
    {
        var world = await EngineWorld.StartAsync(Now, settings, log, store);
        await world.Engine.PutCatalogAsync(
            EngineWorld.Tenant,
            """{"currency":"EUR","meters":[{"key":"sms","event":"sms"}],"plans":[{"key":"p","charges":[{"key":"sms","model":"perUnit","meter":"sms","price":"0.10"}]}]}""",
            new LocalDate(2026, 1, 1), default);
        await world.Engine.PutPartiesAsync(
            EngineWorld.Tenant,
            """{"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}],"subjects":[{"subject":"49","subscription":"S","from":"2026-01-01T00:00:00Z"}]}""", default);
        return world;
    }

    private static string Sms(string id) => $$"""{"specversion":"1.0","id":"{{id}}","source":"app","type":"sms","subject":"49","time":"{{InstantPattern.ExtendedIso.Format(Now)}}"}""";

    // Tells what its partition asked for: whoever asks for a position has applied all before it.
    private sealed class WatchedLog(IUsageLog inner) : IUsageLog
    {
        private readonly List<(long Position, TaskCompletionSource Asked)> _awaited = [];

        public long Furthest { get; private set; }

        public int Partitions => inner.Partitions;

        public Task AskedFor(long position)
        {
            lock (_awaited)
            {
                if (Furthest >= position) return Task.CompletedTask;
                _awaited.Add((position, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
                return _awaited[^1].Asked.Task;
            }
        }

        public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int partition, long position, int recordsMax, CancellationToken cancellation)
        {
            lock (_awaited)
            {
                Furthest = Math.Max(Furthest, position);
                foreach (var (_, asked) in _awaited.FindAll(one => one.Position <= position)) asked.TrySetResult();
            }

            return inner.ReadAsync(partition, position, recordsMax, cancellation);
        }

        public Task<IReadOnlyDictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation) => inner.AppendAsync(records, cancellation);

        public Task WaitAsync(int partition, long position, CancellationToken cancellation) => inner.WaitAsync(partition, position, cancellation);

        public ValueTask<long> EndAsync(int partition, CancellationToken cancellation) => inner.EndAsync(partition, cancellation);

        public long EndSeen(int partition) => inner.EndSeen(partition);

        public Task<IReadOnlyList<ReceivedCount>> ReceivedAsync(CancellationToken cancellation) => inner.ReceivedAsync(cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
