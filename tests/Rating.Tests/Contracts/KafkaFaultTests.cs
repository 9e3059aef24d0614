using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.HandOff;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Kafka;
using Rating.TestKit;
using Rating.Tests.Engine;

namespace Rating.Tests.Contracts;

/// <summary>Brokers that fail. Each test has a mock Kafka of its own.</summary>
[NeedsLibrdkafka]
public sealed class KafkaFaultTests : IAsyncLifetime
{
    private const string Topic = "usage";
    private static readonly TenantId North = new("north");
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 1, 8, 59, 59);
    private MockKafka _kafka = null!;
    private KafkaUsageLog _log = null!;

    public async Task InitializeAsync()
    {
        _kafka = await MockKafka.StartAsync(3);
        await _kafka.CreateTopicAsync(Topic, 2);
        await _kafka.LeaderAsync(Topic, 0, 1);
        await _kafka.LeaderAsync(Topic, 1, 2);
        _log = await OpenAsync(Duration.FromSeconds(20));
    }

    public async Task DisposeAsync()
    {
        await _log.DisposeAsync();
        _kafka.Dispose();
    }

    [ContractFact]
    public async Task An_append_while_its_broker_is_down_waits_and_is_acknowledged_once_it_is_up()
    {
        await AppendAsync(_log, 0, 0, 10);
        await _kafka.DownAsync(1);
        var append = AppendAsync(_log, 0, 10, 10);
        await AppendAsync(_log, 1, 0, 5); // the other leader works on
        Assert.False(append.IsCompleted);
        await _kafka.UpAsync(1);
        await append;
        await HoldsAsync(_log, 0, 20);
        await HoldsAsync(_log, 1, 5);
    }

    [ContractFact]
    public async Task An_append_that_is_not_acknowledged_in_time_is_unavailable_and_nothing_acknowledged_is_lost()
    {
        await using var hasty = await OpenAsync(Duration.FromSeconds(2));
        await AppendAsync(_log, 0, 0, 10);
        await _kafka.DownAsync(1);
        await Assert.ThrowsAsync<Unavailable>(() => AppendAsync(hasty, 0, 10, 10));
        await _kafka.UpAsync(1);
        // What was not acknowledged may be in the log nevertheless; what is sent again comes after it.
        await AppendAsync(_log, 0, 100, 10);
        var texts = await TextsAsync(_log, 0);
        Assert.Equal(Numbers(0, 10), texts.Take(10));
        Assert.Equal(Numbers(100, 10), texts.TakeLast(10));
        Assert.Empty(texts.Except(Numbers(0, 20)).Except(Numbers(100, 10)));
        await Until.AvailableAsync("it takes usage again", () => AppendAsync(hasty, 0, 200, 1));
        Assert.Equal("200", (await TextsAsync(_log, 0))[^1]);
    }

    [ContractFact]
    public async Task A_read_while_the_broker_is_down_is_unavailable_and_goes_on_afterwards()
    {
        await AppendAsync(_log, 0, 0, 10);
        await using var reader = await Until.AvailableAsync("a hasty reader is open", () => OpenAsync(Duration.FromSeconds(20), readTimeout: Duration.FromSeconds(3)));
        await _kafka.DownAsync(1);
        await Assert.ThrowsAsync<Unavailable>(async () => await reader.ReadAsync(0, 0, 10, default));
        await Assert.ThrowsAsync<Unavailable>(async () => await reader.EndAsync(0, default));
        var wait = reader.WaitAsync(0, 10, default);
        await _kafka.UpAsync(1);
        Assert.Equal(10, await Until.AvailableAsync("the end is told again", () => reader.EndAsync(0, default).AsTask()));
        Assert.Equal(Numbers(0, 10), await Until.AvailableAsync("it reads again", () => TextsAsync(reader, 0)));
        await AppendAsync(_log, 0, 10, 10);
        await wait;
        Assert.Equal(Numbers(0, 20), await Until.AvailableAsync("it reads on", () => TextsAsync(reader, 0)));
    }

    [ContractFact]
    public async Task All_brokers_down_and_up_again_lose_nothing()
    {
        await AppendAsync(_log, 0, 0, 100);
        for (var broker = 1; broker <= 3; broker++) await _kafka.DownAsync(broker);
        var appends = Enumerable.Range(1, 9).Select(number => AppendAsync(_log, 0, number * 100, 100)).ToList();
        for (var broker = 1; broker <= 3; broker++) await _kafka.UpAsync(broker);
        await Task.WhenAll(appends);
        await HoldsAsync(_log, 0, 1_000);
    }

    [ContractFact]
    public async Task A_leader_that_changes_again_and_again_loses_and_repeats_nothing()
    {
        const int appends = 60, size = 50;
        var follower = Task.Run(async () =>
        {
            var read = new List<string>();
            while (read.Count < appends * size)
            {
                await _log.WaitAsync(0, read.Count, default);
                read.AddRange((await _log.ReadAsync(0, read.Count, 1_000, default)).Select(Text));
            }

            return read;
        });
        for (var append = 0; append < appends; append++)
        {
            if (append % 5 == 4) await _kafka.LeaderAsync(Topic, 0, (append / 5 % 3) + 1);
            await AppendAsync(_log, 0, append * size, size);
        }

        Assert.Equal(Numbers(0, appends * size), await follower);
        await HoldsAsync(_log, 0, appends * size);
    }

    [ContractFact]
    public async Task Errors_that_may_pass_are_waited_out()
    {
        const short produce = 0, fetch = 1, listOffsets = 2;
        const int notLeader = 6, timedOut = 7, notEnoughReplicas = 19;
        await _kafka.ErrorsAsync(produce, notLeader, notEnoughReplicas, timedOut);
        await AppendAsync(_log, 0, 0, 10);
        await _kafka.ErrorsAsync(listOffsets, notLeader);
        await _kafka.ErrorsAsync(fetch, notLeader, timedOut);
        var texts = await TextsAsync(_log, 0);
        Assert.Equal(Numbers(0, 10), texts.Distinct());
    }

    [ContractFact]
    public async Task An_append_that_no_broker_will_ever_take_is_unavailable_and_the_next_one_works()
    {
        const short produce = 0;
        const int policyViolation = 44;
        await _kafka.ErrorsAsync(produce, policyViolation);
        await Assert.ThrowsAsync<Unavailable>(() => AppendAsync(_log, 0, 0, 10));
        await AppendAsync(_log, 0, 10, 10);
        Assert.Equal(Numbers(10, 10), (await TextsAsync(_log, 0)).TakeLast(10));
    }

    [ContractFact]
    public async Task After_a_fatal_error_of_the_idempotent_producer_another_one_takes_over()
    {
        const short produce = 0;
        const int outOfOrderSequence = 45;
        await AppendAsync(_log, 0, 0, 10);
        await _kafka.ErrorsAsync(produce, outOfOrderSequence);
        await Assert.ThrowsAsync<Unavailable>(() => AppendAsync(_log, 0, 10, 10));
        await AppendAsync(_log, 0, 20, 10);
        Assert.Equal(Numbers(20, 10), (await TextsAsync(_log, 0)).TakeLast(10));
    }

    [ContractFact]
    public async Task After_a_fatal_error_while_messages_are_under_way_the_hand_off_shows_it_and_goes_on_with_another_producer()
    {
        const short produce = 0;
        const int outOfOrderSequence = 45;
        string[] topics = ["rating-invoices", "rating-alerts", "rating-rejected"];
        for (var i = 0; i < topics.Length; i++)
        {
            await _kafka.CreateTopicAsync(topics[i], 1);
            await _kafka.LeaderAsync(topics[i], 0, i == 1 ? 3 : 1);
        }

        await using var alerts = new TcpProxy(_kafka.PortOf(3), ProxyProtocol.Kafka);
        await _kafka.ProxyAsync(3, alerts);
        using var outlet = await KafkaOutlet.OpenAsync(KafkaFixture.SettingsOf(_kafka, Topic, 2) with { AppendTimeout = Duration.FromSeconds(5) }, new KafkaOutletSettings(), default);
        await using var world = await EngineWorld.StartAsync(Morning);
        var saved = 0;
        var handOffs = new HandOffs(world.Engine, world.Log, outlet, null, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var running = handOffs.RunAsync(stop.Token);
        await SaveAsync();
        await Until.SoAsync("both have left", async () => await world.Store.HandedOffAsync("outbox", default) == 2);
        // The alert is on its way and not answered when the invoice's broker says what is fatal.
        alerts.FreezeNextRequestAfter(0, "produce acks=-1 of rating-publisher");
        await _kafka.LatencyAsync(1, 500);
        await _kafka.ErrorsAsync(produce, outOfOrderSequence);
        await SaveAsync();
        await Until.SoAsync("it shows a problem", () => Task.FromResult(handOffs.Status.Single(stream => stream.Stream == "outbox").Problem.StartsWith("Kafka did not take what is to be published", StringComparison.Ordinal)));
        await _kafka.LatencyAsync(1, 0);
        await Until.SoAsync("both others have left", async () => await world.Store.HandedOffAsync("outbox", default) == 4);
        await stop.CancelAsync();
        await running;
        foreach (var topic in topics[..2]) Assert.Equal(["{\"n\":1}", "{\"n\":2}"], TopicContent.Read(_kafka.Bootstrap, topic, 1).Records.Select(record => Encoding.UTF8.GetString(record.Value)).Distinct());

        Task SaveAsync() => world.Store.SaveInvoicesAsync([], [new OutboxMessage(0, "invoice.finalised", $$"""{"n":{{++saved}}}"""), new OutboxMessage(0, "alert.chargeThreshold", $$"""{"n":{{saved}}}""")], default);
    }

    [ContractFact]
    public async Task An_append_that_waits_when_the_log_is_closed_ends_as_unavailable()
    {
        await _kafka.DownAsync(1);
        await using var closing = await OpenAsync(Duration.FromSeconds(60));
        var append = AppendAsync(closing, 0, 0, 10);
        await closing.DisposeAsync();
        await Assert.ThrowsAsync<Unavailable>(() => append);
    }

    [ContractFact]
    public async Task Records_that_are_deleted_in_front_of_a_reader_stop_it_loudly()
    {
        await AppendAsync(_log, 0, 0, 10);
        await HoldsAsync(_log, 0, 10);
        await AppendAsync(_log, 0, 10, 10);
        await _kafka.DeleteAsync(Topic, 0, 15);
        await using var behind = await OpenAsync(Duration.FromSeconds(20));
        await Assert.ThrowsAsync<LogRangeMissingException>(async () => await behind.ReadAsync(0, 10, 10, default));
        await Assert.ThrowsAsync<LogRangeMissingException>(async () => await behind.ReadAsync(0, 10, 10, default));
        Assert.Equal(Numbers(15, 5), (await behind.ReadAsync(0, 15, 10, default)).Select(Text));
    }

    [ContractFact]
    public async Task A_slow_broker_keeps_order_and_wakes_who_waits()
    {
        await _kafka.LatencyAsync(1, 100);
        var wait = _log.WaitAsync(0, 0, default);
        await Task.WhenAll(AppendAsync(_log, 0, 0, 500), wait);
        await HoldsAsync(_log, 0, 500);
    }

    private Task<KafkaUsageLog> OpenAsync(Duration appendTimeout, Duration? readTimeout = null) =>
        KafkaUsageLog.OpenAsync(KafkaFixture.SettingsOf(_kafka, Topic, 2) with { AppendTimeout = appendTimeout, ReadTimeout = readTimeout ?? Duration.FromSeconds(20) }, default);

    private static Task<IReadOnlyDictionary<int, long>> AppendAsync(KafkaUsageLog log, int partition, int from, int count) =>
        log.AppendAsync([.. Numbers(from, count).Select(text => new LogAppend(partition, North, "pbx", LogRecordKind.Event, Morning, Encoding.UTF8.GetBytes(text)))], default);

    private static IEnumerable<string> Numbers(int from, int count) => Enumerable.Range(from, count).Select(number => $"{number}");

    private static async Task HoldsAsync(KafkaUsageLog log, int partition, int count) => Assert.Equal(Numbers(0, count), await TextsAsync(log, partition));

    private static async Task<List<string>> TextsAsync(KafkaUsageLog log, int partition)
    {
        var texts = new List<string>();
        while (await log.ReadAsync(partition, texts.Count, 1_000, default) is { Count: > 0 } read) texts.AddRange(read.Select(Text));
        return texts;
    }

    private static string Text(LogRecord record) => Encoding.UTF8.GetString(record.Payload.Span);
}
