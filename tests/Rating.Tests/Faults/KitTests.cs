using System.Text;
using Rating.Tests.Contracts;

namespace Rating.Tests.Faults;

/// <summary>The test kit itself: a witness that sees nothing would make every fault test pass.</summary>
[NeedsLibrdkafka]
public sealed class KitTests(KafkaFixture fixture) : IClassFixture<KafkaFixture>
{
    private const long Time = 1_772_000_000_000;

    [ContractFact]
    public async Task What_was_acknowledged_and_is_not_in_the_topic_is_missed()
    {
        var topic = (await fixture.NewTopicAsync(2)).Topic;
        using var folder = new TemporaryFolder();
        using var file = new AcknowledgedFile(folder.File("acknowledged"));
        using (var sender = new KafkaSender(fixture.Kafka.Bootstrap, topic, file))
        {
            Assert.Equal(0, await sender.SendAsync(0, "a"u8.ToArray(), Time));
            Assert.Equal(1, await sender.SendAsync(0, "b"u8.ToArray(), Time));
        }

        file.Add(["a"]);
        Assert.Empty(file.MissingFrom(TopicContent.Read(fixture.Kafka.Bootstrap, topic, 2)));
        file.Add(["a"]); // twice acknowledged, there once
        file.Add(1, 0, "b"u8); // there, but at another place
        file.Add(["c"]);
        Assert.Equal(3, file.MissingFrom(TopicContent.Read(fixture.Kafka.Bootstrap, topic, 2)).Count);
        Assert.Equal(6, file.Count);
    }

    [ContractFact]
    public async Task A_prefilled_topic_whose_first_records_were_pushed_out_is_no_topic_to_measure_on()
    {
        var topic = (await fixture.NewTopicAsync(2)).Topic;
        Assert.Equal(1_001, KafkaSender.Prefill(fixture.Kafka.Bootstrap, topic, 2, 1_001, number => Encoding.UTF8.GetBytes($"{number}"), _ => Time));
        Assert.Equal(1_001, TopicContent.Read(fixture.Kafka.Bootstrap, topic, 2).Records.Count);
        await fixture.Kafka.DeleteAsync(topic, 1, 1);
        Assert.Throws<InvalidOperationException>(() => TopicContent.MustBeginWithZero(fixture.Kafka.Bootstrap, topic, 2));
        Assert.Throws<InvalidOperationException>(() => TopicContent.Read(fixture.Kafka.Bootstrap, topic, 2));
        // 7 MiB that cannot be compressed into a partition that keeps 5.
        var random = new Random(1);
        byte[] Noise(long number)
        {
            var bytes = new byte[10_000];
            random.NextBytes(bytes);
            return bytes;
        }

        Assert.Throws<InvalidOperationException>(() => KafkaSender.Prefill(fixture.Kafka.Bootstrap, topic, 2, 1_400, Noise, _ => Time));
    }

    [ContractFact]
    public async Task A_record_whose_acknowledgement_was_cut_off_is_in_the_topic()
    {
        using var kafka = await MockKafka.StartAsync(1);
        await using var proxy = new TcpProxy(kafka.PortOf(1), ProxyProtocol.Kafka);
        await kafka.CreateTopicAsync("usage", 1);
        await kafka.ProxyAsync(1, proxy);
        using var sender = new KafkaSender($"127.0.0.1:{proxy.Port}", "usage");
        await sender.SendAsync(0, "a"u8.ToArray(), Time);
        proxy.LoseNextReply("produce acks=-1 of rdkafka");
        var sending = sender.SendAsync(0, "b"u8.ToArray(), Time);
        await proxy.Happened;
        await sending;
        // A real broker knows an idempotent producer's repetition by its sequence number; the mock does not check them, and keeps both.
        Assert.Equal(["a", "b", "b"], TopicContent.Read(kafka.Bootstrap, "usage", 1).Records.Select(record => Encoding.UTF8.GetString(record.Value)));
    }

    [ContractFact]
    public async Task An_error_that_is_cleared_does_not_happen()
    {
        const short produce = 0;
        const int policyViolation = 44;
        var topic = (await fixture.NewTopicAsync(1)).Topic;
        using var sender = new KafkaSender(fixture.Kafka.Bootstrap, topic);
        await fixture.Kafka.ErrorsAsync(produce, policyViolation);
        await fixture.Kafka.ClearErrorsAsync(produce);
        await sender.SendAsync(0, "a"u8.ToArray(), Time);
    }
}
