using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Kafka;
using Rating.TestKit;

namespace Rating.Tests.Contracts;

/// <summary>The contract, and what others write into the topic.</summary>
[NeedsLibrdkafka]
public sealed class KafkaUsageLogTests(KafkaFixture fixture) : UsageLogContract, IClassFixture<KafkaFixture>
{
    private static readonly TenantId House = new("house");
    private KafkaLogSettings _settings = null!;
    private KafkaUsageLog _opened = null!;

    public override async Task InitializeAsync()
    {
        _settings = await fixture.NewTopicAsync(PartitionCount);
        _opened = await KafkaUsageLog.OpenAsync(_settings, default);
        await base.InitializeAsync();
    }

    protected override IUsageLog Make() => _opened;

    [ContractFact]
    public async Task Another_number_of_partitions_is_refused()
    {
        var refused = await Assert.ThrowsAsync<Refused>(() => KafkaUsageLog.OpenAsync(_settings with { Partitions = PartitionCount + 1 }, default));
        Assert.Equal("kafka.topic.partitions", refused.Code);
        Assert.Contains($"has {PartitionCount} partitions", refused.Message, StringComparison.Ordinal);
    }

    [ContractFact]
    public async Task A_topic_that_is_not_there_is_refused_when_it_may_not_be_created() =>
        Assert.Equal("kafka.topic.missing", (await Assert.ThrowsAsync<Refused>(() => KafkaUsageLog.OpenAsync(_settings with { Topic = "elsewhere" }, default))).Code);

    [ContractFact]
    public async Task A_setting_that_librdkafka_does_not_know_is_refused()
    {
        var properties = new Dictionary<string, string>(_settings.Properties) { ["sasl.mechanisn"] = "PLAIN" };
        var refused = await Assert.ThrowsAsync<Refused>(() => KafkaUsageLog.OpenAsync(_settings with { Properties = properties }, default));
        Assert.Equal("kafka.properties", refused.Code);
        Assert.Contains("sasl.mechanisn", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The mock broker speaks no TLS: whoever heeds the setting cannot reach it.</summary>
    [ContractFact]
    public async Task Settings_of_TLS_and_SASL_are_handed_on_and_decide_whether_the_broker_can_be_reached()
    {
        var tls = new Dictionary<string, string>(_settings.Properties) { ["security.protocol"] = "ssl", ["enable.ssl.certificate.verification"] = "false" };
        await Assert.ThrowsAsync<Unavailable>(() => KafkaUsageLog.OpenAsync(_settings with { Properties = tls, ReadTimeout = Duration.FromSeconds(2) }, default));
        var sasl = new Dictionary<string, string>(_settings.Properties) { ["security.protocol"] = "sasl_plaintext", ["sasl.mechanism"] = "NO-SUCH-MECHANISM" };
        var refused = await Assert.ThrowsAsync<Refused>(() => KafkaUsageLog.OpenAsync(_settings with { Properties = sasl }, default));
        Assert.Equal("kafka.properties", refused.Code);
        Assert.Contains("NO-SUCH-MECHANISM", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Seen on the wire: -1 is all replicas in sync, and only an idempotent producer asks for an identity (request 22).</summary>
    [ContractFact]
    public async Task Settings_cannot_take_away_what_exactly_once_needs()
    {
        using var kafka = await MockKafka.StartAsync(1);
        await using var proxy = new TcpProxy(kafka.PortOf(1), ProxyProtocol.Kafka);
        await kafka.ProxyAsync(1, proxy);
        await kafka.CreateTopicAsync("usage", 1);
        var settings = KafkaFixture.SettingsOf(kafka, "usage", 1);
        var careless = new Dictionary<string, string>(settings.Properties) { ["bootstrap.servers"] = $"127.0.0.1:{proxy.Port}", ["acks"] = "1", ["enable.idempotence"] = "false" };
        await using var log = await KafkaUsageLog.OpenAsync(settings with { Properties = careless }, default);
        await log.AppendAsync([Record(0, "a")], default);
        Assert.Equal(["produce acks=-1 of rating-writer"], proxy.Seen.Where(request => request.StartsWith("produce", StringComparison.Ordinal)));
        Assert.Contains("request 22 of rating-writer", proxy.Seen);
    }

    /// <summary>The reader of the one partition stands still while the other one is read to its end over the same connection: what can be fetched ahead has come by then.</summary>
    [ContractFact]
    public async Task What_nobody_reads_is_fetched_ahead_up_to_its_bound_and_the_rest_once_it_is_read()
    {
        const int records = 40, bytesEach = 100_000, aheadKiB = 256, all = records * bytesEach;
        // Two of them per answer: twice at the first read, and once more over a queue that is full but for a byte.
        const int aheadMax = (aheadKiB << 10) + (3 * 2 * bytesEach);
        using var kafka = await MockKafka.StartAsync(1);
        await using var proxy = new TcpProxy(kafka.PortOf(1));
        await kafka.CreateTopicAsync("usage", 2);
        var random = new Random(1);
        var sent = new List<byte[]>();
        using (var sender = new KafkaSender(kafka.Bootstrap, "usage"))
            for (var number = 0; number < records; number++)
            {
                sent.Add(new byte[bytesEach]);
                random.NextBytes(sent[^1]);
                for (var partition = 0; partition < 2; partition++) await sender.SendAsync(partition, sent[^1], 0);
            }

        await kafka.ProxyAsync(1, proxy);
        var settings = KafkaFixture.SettingsOf(kafka, "usage", 2);
        var small = new Dictionary<string, string>(settings.Properties) { ["bootstrap.servers"] = $"127.0.0.1:{proxy.Port}", ["fetch.message.max.bytes"] = $"{2 * bytesEach}" };
        await using var log = await KafkaUsageLog.OpenAsync(settings with { Properties = small, FetchAheadKiBMax = aheadKiB }, default);
        Assert.Equal(sent[0], Assert.Single(await log.ReadAsync(0, 0, 1, default)).Payload.ToArray());
        await MustHoldAsync(1);
        Assert.InRange(proxy.BytesToClients, all, all + aheadMax);
        await MustHoldAsync(0);
        Assert.InRange(proxy.BytesToClients, 2 * all, long.MaxValue);

        async Task MustHoldAsync(int partition)
        {
            for (var next = 0; next < records;)
                foreach (var record in await log.ReadAsync(partition, next, 3, default)) Assert.Equal(sent[next++], record.Payload.ToArray());
        }
    }

    [ContractFact]
    public async Task A_second_instance_reads_what_the_first_one_wrote_and_counts_the_same()
    {
        await Log.AppendAsync([.. Enumerable.Range(0, 300).Select(number => Record(number % 3, $"{number}", number % 2 == 0 ? North : South, $"pbx {number % 5}"))], default);
        await using var other = await KafkaUsageLog.OpenAsync(_settings, default);
        for (var partition = 0; partition < 3; partition++) Assert.Equal(await TextsAsync(Log, partition), await TextsAsync(other, partition, 7));
        var counts = await other.ReceivedAsync(default);
        Assert.Equal(300, counts.Sum(count => count.Count));
        Assert.Equal((await Log.ReceivedAsync(default)).OrderBy(count => (count.Tenant.Value, count.Source).ToString()), counts.OrderBy(count => (count.Tenant.Value, count.Source).ToString()));
    }

    [ContractFact]
    public async Task A_wait_sees_what_another_instance_appends()
    {
        await using var other = await KafkaUsageLog.OpenAsync(_settings, default);
        var wait = other.WaitAsync(1, 0, default);
        await Log.AppendAsync([Record(1, "a")], default);
        await wait;
        Assert.Equal(["a"], await TextsAsync(other, 1));
    }

    [ContractFact]
    public async Task Three_readers_of_one_partition_at_different_places_all_get_everything()
    {
        var texts = Enumerable.Range(0, 20_000).Select(number => $"{number}").ToList();
        foreach (var part in texts.Chunk(5_000)) await Log.AppendAsync([.. part.Select(text => Record(0, text))], default);
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(async () =>
        {
            var read = texts.GetRange(0, reader * 6_000);
            while (read.Count < texts.Count) read.AddRange((await Log.ReadAsync(0, read.Count, 500, default)).Select(Text));
            return read;
        })).ToList();
        foreach (var read in await Task.WhenAll(readers)) Assert.Equal(texts, read);
    }

    [ContractFact]
    public async Task What_was_read_stays_until_it_is_given_back_and_its_memory_is_used_again_then()
    {
        var first = await NextAsync(0, "a");
        var second = await NextAsync(1, "b");
        Assert.True(MemoryMarshal.TryGetArray(second[0].Payload, out var given));
        ((IDisposable)second).Dispose();
        var third = await NextAsync(2, "c");
        Assert.Equal(["a", "c"], [Text(first[0]), Text(third[0])]);
        Assert.True(MemoryMarshal.TryGetArray(third[0].Payload, out var taken) && ReferenceEquals(given.Array, taken.Array));

        async Task<IReadOnlyList<LogRecord>> NextAsync(int position, string text)
        {
            await Log.AppendAsync([Record(0, text)], default);
            return await Log.ReadAsync(0, position, 10, default);
        }
    }

    [ContractFact]
    public async Task A_message_without_headers_is_an_event_of_the_default_tenant_taken_in_when_its_timestamp_says()
    {
        var json = """{"specversion":"1.0","id":"1","source":"sbc","type":"call"}""";
        await ProduceAsync(0, Encoding.UTF8.GetBytes(json), new Headers());
        var record = Assert.Single(await Log.ReadAsync(0, 0, 10, default));
        Assert.Equal((House, LogRecordKind.Event, Morning, json), (record.Tenant, record.Kind, record.IngestTime, Text(record)));
        Assert.Equal([new ReceivedCount(House, "sbc", Morning.ToUnixTimeSeconds() / 3600, 1)], await Log.ReceivedAsync(default));
    }

    [ContractFact]
    public async Task A_message_is_counted_under_the_source_of_its_event_whatever_its_writer_says_beside_it()
    {
        await ProduceAsync(0, """{"specversion":"1.0","id":"1","source":"sbc","type":"call"}"""u8.ToArray(), new Headers { { "rating-source", "forged"u8.ToArray() } });
        Assert.Equal("sbc", Assert.Single(await Log.ReceivedAsync(default)).Source);
    }

    [ContractFact]
    public async Task A_tenant_header_that_no_tenant_can_have_is_the_default_tenants()
    {
        foreach (var bytes in new byte[][] { [], [0xFF, 0xFE], [(byte)'a', 0], new byte[1_000] }) await ProduceAsync(0, "x"u8.ToArray(), new Headers { { KafkaHeaders.Tenant, bytes } });
        Assert.Equal(Enumerable.Repeat(House, 4), (await AllAsync()).Select(record => record.Tenant));
    }

    [ContractFact]
    public async Task A_cloud_event_in_binary_mode_is_read_as_the_same_event_in_structured_form()
    {
        await ProduceAsync(0, "{\"duration_seconds\":61,\"called\":\"+49\"}"u8.ToArray(), Binary("application/json", ("ce_specversion", "1.0"), ("ce_id", "7"), ("ce_source", "sbc é"), ("ce_type", "call.completed"), ("ce_subject", "4930"), ("ce_time", "2026-03-01T08:00:00Z")));
        var record = Assert.Single(await Log.ReadAsync(0, 0, 10, default));
        Assert.Equal(North, record.Tenant);
        var decoded = new EventDecoder().Decode(record.Payload.Span, record.Tenant, record.IngestTime, out var problem);
        Assert.True(decoded is not null, problem);
        Assert.Equal(("7", "sbc é", "call.completed", "4930", Instant.FromUtc(2026, 3, 1, 8, 0)), (decoded.Id, decoded.Source, decoded.Type, decoded.Subject, decoded.EventTime));
        Assert.Equal("61", JsonDocument.Parse(record.Payload).RootElement.GetProperty("data").GetProperty("duration_seconds").GetRawText());
        Assert.Equal("sbc é", Assert.Single(await Log.ReceivedAsync(default)).Source);
    }

    [ContractTheory]
    [InlineData("application/json", "{\"a\":")]
    [InlineData("application/json", "[1] x")]
    [InlineData("application/json", "\"\u00ff\"")]
    [InlineData("application/octet-stream", "\u0001\u0002")]
    public async Task Data_in_binary_mode_that_is_no_json_object_is_malformed_under_its_own_source(string type, string data)
    {
        await ProduceAsync(0, Encoding.Latin1.GetBytes(data), Binary(type, ("ce_specversion", "1.0"), ("ce_id", "7"), ("ce_source", "sbc"), ("ce_type", "call")));
        var record = Assert.Single(await Log.ReadAsync(0, 0, 10, default));
        Assert.Null(new EventDecoder().Decode(record.Payload.Span, record.Tenant, record.IngestTime, out _));
        Assert.Equal("sbc", UsageIntake.SourceOf(record.Payload.Span));
    }

    [ContractFact]
    public async Task Hostile_messages_between_good_ones_are_delivered_and_stop_nothing()
    {
        await Log.AppendAsync([Record(0, "first")], default);
        byte[]?[] poison = [null, [], [0xFF, 0xFE, 0], "{"u8.ToArray(), Encoding.UTF8.GetBytes(new string('[', 50_000)), new byte[900_000]];
        foreach (var value in poison) await ProduceAsync(0, value, new Headers());
        await ProduceAsync(0, "no line feeds"u8.ToArray(), new Headers { { KafkaHeaders.ContentType, Encoding.ASCII.GetBytes(KafkaHeaders.Refusal) } });
        await ProduceAsync(0, "x"u8.ToArray(), new Headers { { "ce_id", null }, { "ce_", [0xFF] }, { "ce_data", "{}"u8.ToArray() } });
        await Log.AppendAsync([Record(0, "last")], default);

        var read = await AllAsync();
        Assert.Equal(Enumerable.Range(0, poison.Length + 4).Select(position => (long)position), read.Select(record => record.Position));
        Assert.Equal(("first", "last"), (Text(read[0]), Text(read[^1])));
        Assert.All(read.Skip(1).SkipLast(1), record =>
        {
            Assert.Equal(LogRecordKind.Event, record.Kind);
            Assert.Null(new EventDecoder().Decode(record.Payload.Span, record.Tenant, record.IngestTime, out _));
        });
        Assert.InRange(read.Max(record => record.Payload.Length), Limits.PayloadBytesMax + 1, RecordReader.PayloadBytesMax);
        Assert.Equal(read.Count, (await Log.ReceivedAsync(default)).Sum(count => count.Count));
    }

    [ContractFact]
    public async Task Deleted_records_are_a_missing_range_and_the_others_stay()
    {
        await Log.AppendAsync([.. Enumerable.Range(0, 10).Select(number => Record(0, $"{number}"))], default);
        await fixture.Kafka.DeleteAsync(_settings.Topic, 0, 6);
        await using var other = await KafkaUsageLog.OpenAsync(_settings, default);
        var missing = await Assert.ThrowsAsync<LogRangeMissingException>(async () => await other.ReadAsync(0, 5, 10, default));
        Assert.Contains("holds positions 6 to 10, but position 5 comes next", missing.Message, StringComparison.Ordinal);
        Assert.Equal(["6", "7", "8", "9"], (await other.ReadAsync(0, 6, 10, default)).Select(Text));
        Assert.Equal(10, (await other.AppendAsync([Record(0, "10")], default))[0] - 1);
    }

    [ContractFact]
    public async Task Positions_without_records_are_covered_by_gaps_and_the_end_is_reached()
    {
        using (var producer = new ProducerBuilder<Null, byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = fixture.Kafka.Bootstrap, ["transactional.id"] = _settings.Topic }).Build())
        {
            producer.InitTransactions(Until.Patience);
            foreach (var text in new[] { "a", "b" })
            {
                producer.BeginTransaction();
                producer.Produce(new TopicPartition(_settings.Topic, 0), new Message<Null, byte[]> { Value = Encoding.UTF8.GetBytes(text) });
                producer.CommitTransaction();
            }
        }

        // The mock broker gives its markers no checksum.
        await using var log = await KafkaUsageLog.OpenAsync(_settings with { Properties = new Dictionary<string, string>(_settings.Properties) { ["check.crcs"] = "false" } }, default);
        var end = await log.EndAsync(0, default);
        Assert.Equal(4, end); // two records, each with a marker
        var read = new List<LogRecord>();
        for (long position = 0; position < end; position = read[^1].Position + 1) read.AddRange(await log.ReadAsync(0, position, 10, default));
        Assert.Equal(["a", "b"], read.Where(record => record.Kind == LogRecordKind.Event).Select(Text));
        Assert.Equal([(0L, LogRecordKind.Event), (1L, LogRecordKind.Gap), (2L, LogRecordKind.Event), (3L, LogRecordKind.Gap)], read.Select(record => (record.Position, record.Kind)));
        Assert.Equal(2, (await log.ReceivedAsync(default)).Sum(count => count.Count));
        Assert.Empty(await log.ReadAsync(0, end, 10, default));
    }

    // A read may give less than there is, when the rest is still on its way.
    private async Task<List<LogRecord>> AllAsync()
    {
        var read = new List<LogRecord>();
        var end = await Log.EndAsync(0, default);
        for (long position = 0; position < end; position = read[^1].Position + 1) read.AddRange(await Log.ReadAsync(0, position, 100, default));
        Assert.Equal(end, read[^1].Position + 1);
        return read;
    }

    private static Headers Binary(string type, params (string Name, string Value)[] attributes)
    {
        var headers = new Headers { { KafkaHeaders.Tenant, Encoding.UTF8.GetBytes(North.Value) }, { KafkaHeaders.ContentType, Encoding.UTF8.GetBytes(type) } };
        foreach (var (name, value) in attributes) headers.Add(name, Encoding.UTF8.GetBytes(value));
        return headers;
    }

    private async Task ProduceAsync(int partition, byte[]? value, Headers headers)
    {
        using var producer = new ProducerBuilder<Null, byte[]?>(new Dictionary<string, string> { ["bootstrap.servers"] = fixture.Kafka.Bootstrap }).SetValueSerializer(Plain.Instance).Build();
        await producer.ProduceAsync(new TopicPartition(_settings.Topic, partition), new Message<Null, byte[]?> { Value = value, Headers = headers, Timestamp = new Timestamp(Morning.ToUnixTimeMilliseconds(), TimestampType.CreateTime) });
    }

    private sealed class Plain : ISerializer<byte[]?>
    {
        public static readonly Plain Instance = new();

        public byte[] Serialize(byte[]? data, SerializationContext context) => data!;
    }
}
