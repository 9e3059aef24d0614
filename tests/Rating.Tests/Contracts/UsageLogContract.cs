using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Log;

namespace Rating.Tests.Contracts;

/// <summary>What every usage log promises, the concurrent cases included.</summary>
public abstract class UsageLogContract : IAsyncLifetime
{
    protected const int PartitionCount = 4;
    protected static readonly TenantId North = new("north");
    protected static readonly TenantId South = new("south");
    protected static readonly Instant Morning = Instant.FromUtc(2026, 3, 1, 8, 59, 59);

    /// <summary>The log under test: new, with <see cref="PartitionCount"/> partitions.</summary>
    protected IUsageLog Log { get; private set; } = null!;

    public virtual Task InitializeAsync()
    {
        Log = Make();
        return Task.CompletedTask;
    }

    public virtual async Task DisposeAsync() => await Log.DisposeAsync();

    protected abstract IUsageLog Make();

    [ContractFact]
    public async Task A_new_log_is_empty()
    {
        Assert.Equal(PartitionCount, Log.Partitions);
        for (var partition = 0; partition < PartitionCount; partition++)
        {
            Assert.Equal(0, await Log.EndAsync(partition, default));
            Assert.Empty(await Log.ReadAsync(partition, 0, 10, default));
        }

        Assert.Empty(await Log.ReceivedAsync(default));
    }

    [ContractFact]
    public async Task The_end_that_is_seen_is_never_behind_what_was_appended_or_asked_for_here()
    {
        Assert.Equal(0, Log.EndSeen(1));
        for (var count = 1; count <= 3; count++)
        {
            await Log.AppendAsync([Record(1, $"{count}")], default);
            Assert.Equal(count, Log.EndSeen(1));
            Assert.Equal(count, await Log.EndAsync(1, default));
        }

        Assert.Equal(0, Log.EndSeen(2));
    }

    [ContractFact]
    public async Task What_was_appended_is_read_back_as_it_was()
    {
        var random = new byte[Limits.PayloadBytesMax];
        new Random(1).NextBytes(random);
        LogAppend[] records =
        [
            new(2, North, "pbx", LogRecordKind.Event, Morning, Encoding.UTF8.GetBytes("{\"id\":\"1\"}")),
            new(2, South, "sbc", LogRecordKind.Refused, Morning - Duration.FromHours(3), random),
            new(2, North, "pbx", LogRecordKind.Event, Morning + Duration.FromMilliseconds(1), ReadOnlyMemory<byte>.Empty),
            new(2, North, "", LogRecordKind.Event, Morning, new byte[] { 0, 255, 0, 10 }),
        ];
        Assert.Equal(4, (await Log.AppendAsync(records, default))[2]);

        var read = await Log.ReadAsync(2, 0, 10, default);
        Assert.Equal(records.Length, read.Count);
        for (var i = 0; i < records.Length; i++)
        {
            Assert.Equal((i, records[i].Tenant, records[i].Kind, records[i].IngestTime), (read[i].Position, read[i].Tenant, read[i].Kind, read[i].IngestTime));
            Assert.True(records[i].Payload.Span.SequenceEqual(read[i].Payload.Span));
        }
    }

    [ContractFact]
    public async Task An_append_tells_where_each_partition_ends_that_took_some()
    {
        var ends = await Log.AppendAsync([Record(0, "a"), Record(3, "b"), Record(0, "c")], default);
        Assert.Equal([(0, 2L), (3, 1L)], ends.OrderBy(end => end.Key).Select(end => (end.Key, end.Value)));
        ends = await Log.AppendAsync([Record(0, "d")], default);
        Assert.Equal([(0, 3L)], ends.Select(end => (end.Key, end.Value)));
        Assert.Equal(3, await Log.EndAsync(0, default));
        Assert.Equal(["a", "c", "d"], await TextsAsync(Log, 0));
        Assert.Empty(await Log.AppendAsync([], default));
    }

    [ContractFact]
    public async Task A_buffer_may_be_used_again_once_its_append_is_acknowledged()
    {
        var buffer = Encoding.UTF8.GetBytes("before");
        await Log.AppendAsync([new LogAppend(0, North, "pbx", LogRecordKind.Event, Morning, buffer)], default);
        Encoding.UTF8.GetBytes("after!", buffer);
        Assert.Equal(["before"], await TextsAsync(Log, 0));
    }

    [ContractTheory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_999)]
    [InlineData(100_000)]
    public async Task Reading_in_steps_of_any_size_gives_each_record_once(int recordsMax)
    {
        var texts = Enumerable.Range(0, 5_003).Select(number => $"record {number}").ToList();
        await Log.AppendAsync([.. texts.Take(4_000).Select(text => Record(1, text))], default);
        foreach (var text in texts.Skip(4_000).Take(3)) await Log.AppendAsync([Record(1, text)], default);
        await Log.AppendAsync([.. texts.Skip(4_003).Select(text => Record(1, text))], default);

        Assert.Equal(texts, await TextsAsync(Log, 1, recordsMax));
        Assert.Equal(texts[4_001], Text((await Log.ReadAsync(1, 4_001, 1, default))[0]));
        Assert.Equal(texts[12], Text((await Log.ReadAsync(1, 12, 1, default))[0]));
    }

    [ContractFact]
    public async Task A_position_that_the_log_does_not_hold_is_a_missing_range()
    {
        await Log.AppendAsync([Record(0, "a")], default);
        Assert.Empty(await Log.ReadAsync(0, 1, 10, default));
        await Assert.ThrowsAsync<LogRangeMissingException>(async () => await Log.ReadAsync(0, 2, 10, default));
        await Assert.ThrowsAsync<LogRangeMissingException>(async () => await Log.ReadAsync(0, -1, 10, default));
        await Assert.ThrowsAsync<LogRangeMissingException>(async () => await Log.ReadAsync(1, 1, 10, default));
    }

    [ContractFact]
    public async Task Sixteen_appenders_at_once_lose_nothing_and_keep_their_order()
    {
        const int appenders = 16, appends = 25, perPartition = 3;
        await Task.WhenAll(Enumerable.Range(0, appenders).Select(appender => Task.Run(async () =>
        {
            for (var append = 0; append < appends; append++)
            {
                var records = Enumerable.Range(0, PartitionCount * perPartition).Select(number => Record(number % PartitionCount, $"{appender} {append * perPartition + number / PartitionCount}")).ToList();
                var ends = await Log.AppendAsync(records, default);
                // Its own records are there when it is acknowledged, the last of them just before the end that it was told.
                for (var partition = 0; partition < PartitionCount; partition++)
                    Assert.Equal(Text(records[^(PartitionCount - partition)].Payload), Text((await Log.ReadAsync(partition, ends[partition] - 1, 1, default))[0]));
            }
        })));

        for (var partition = 0; partition < PartitionCount; partition++)
        {
            Assert.Equal(appenders * appends * perPartition, await Log.EndAsync(partition, default));
            var read = new List<LogRecord>(); // a read may give less than there is
            while (await Log.ReadAsync(partition, read.Count, 100_000, default) is { Count: > 0 } more) read.AddRange(more);
            Assert.Equal(Enumerable.Range(0, read.Count).Select(position => (long)position), read.Select(record => record.Position));
            foreach (var mine in read.Select(record => Text(record).Split(' ')).GroupBy(parts => parts[0]))
                Assert.Equal(Enumerable.Range(0, appends * perPartition).Select(number => $"{number}"), mine.Select(parts => parts[1]));
        }
    }

    [ContractFact]
    public async Task A_reader_that_follows_sees_every_record_once_in_order()
    {
        const int records = 2_000;
        var reader = Task.Run(async () =>
        {
            var texts = new List<string>();
            while (texts.Count < records)
            {
                await Log.WaitAsync(2, texts.Count, default);
                texts.AddRange((await Log.ReadAsync(2, texts.Count, 13, default)).Select(Text));
            }

            return texts;
        });
        for (var number = 0; number < records; number += 10)
            await Log.AppendAsync([.. Enumerable.Range(number, 10).Select(one => Record(2, $"{one}"))], default);
        Assert.Equal(Enumerable.Range(0, records).Select(number => $"{number}"), await reader);
    }

    [ContractFact]
    public async Task What_was_received_is_counted_by_tenant_source_and_hour()
    {
        var hour = Morning.ToUnixTimeSeconds() / 3600;
        await Log.AppendAsync(
            [
                Record(0, "a"), Record(1, "b"), Record(0, "c", South), Record(0, "d", North, "sbc"), Record(2, "e") with { IngestTime = Morning + Duration.FromSeconds(1) },
                Record(0, "f") with { Kind = LogRecordKind.Refused },
            ],
            default);
        await Log.AppendAsync([Record(3, "g")], default);
        ReceivedCount[] expected = [new(North, "pbx", hour, 4), new(North, "pbx", hour + 1, 1), new(North, "sbc", hour, 1), new(South, "pbx", hour, 1)];
        Assert.Equal(expected, (await Log.ReceivedAsync(default)).OrderBy(count => count.Tenant.Value).ThenBy(count => count.Source).ThenBy(count => count.IngestHour));
    }

    [ContractFact]
    public async Task Received_counts_of_many_appenders_equal_what_is_in_the_log()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(appender => Task.Run(async () =>
        {
            for (var append = 0; append < 20; append++)
                await Log.AppendAsync([.. Enumerable.Range(0, 5).Select(number => Record((appender + number) % PartitionCount, "x", North, $"source {appender % 3}"))], default);
        })));
        Assert.Equal([6 * 100, 5 * 100, 5 * 100], (await Log.ReceivedAsync(default)).OrderBy(count => count.Source).Select(count => count.Count));
        long ends = 0;
        for (var partition = 0; partition < PartitionCount; partition++) ends += await Log.EndAsync(partition, default);
        Assert.Equal(16 * 100, ends);
    }

    [ContractFact]
    public async Task A_wait_ends_when_its_partition_grows_and_not_before()
    {
        var waits = Enumerable.Range(0, 3).Select(_ => Log.WaitAsync(0, 0, default)).ToList();
        await Log.AppendAsync([Record(1, "elsewhere")], default);
        Assert.DoesNotContain(waits, wait => wait.IsCompleted);
        await Log.AppendAsync([Record(0, "here")], default);
        await Task.WhenAll(waits);
        await Log.WaitAsync(0, 0, default);
        Assert.False(Log.WaitAsync(0, 1, default).IsCompleted);
    }

    [ContractFact]
    public async Task A_cancelled_append_leaves_nothing_and_a_cancelled_wait_hurts_no_other()
    {
        using var source = new CancellationTokenSource();
        var (cancelled, other) = (Log.WaitAsync(0, 0, source.Token), Log.WaitAsync(0, 0, default));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Log.AppendAsync([Record(0, "a")], source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Log.ReadAsync(0, 0, 1, source.Token));
        Assert.Equal(0, await Log.EndAsync(0, default));
        Assert.Empty(await Log.ReceivedAsync(default));
        Assert.False(other.IsCompleted);

        await Log.AppendAsync([Record(0, "b")], default);
        await other;
        Assert.Equal(["b"], await TextsAsync(Log, 0));
    }

    protected static LogAppend Record(int partition, string text, TenantId? tenant = null, string source = "pbx") =>
        new(partition, tenant ?? North, source, LogRecordKind.Event, Morning, Encoding.UTF8.GetBytes($"{{\"source\":\"{source}\"}} {text}"));

    protected static string Text(LogRecord record) => Text(record.Payload);

    protected static async Task<List<string>> TextsAsync(IUsageLog log, int partition, int recordsMax = 1_000)
    {
        var texts = new List<string>();
        while (true)
        {
            var read = await log.ReadAsync(partition, texts.Count, recordsMax, default);
            Assert.True(read.Count <= recordsMax);
            if (read.Count == 0) return texts;
            texts.AddRange(read.Select(Text));
        }
    }

    // A log that counts what it received a second time finds the source in the payload.
    private static string Text(ReadOnlyMemory<byte> payload) => Encoding.UTF8.GetString(payload.Span).Split("\"} ", 2)[^1];
}
