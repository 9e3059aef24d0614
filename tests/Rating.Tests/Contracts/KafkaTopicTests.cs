using Confluent.Kafka;
using Confluent.Kafka.Admin;
using NodaTime;
using Rating.Domain;
using Rating.Kafka;

namespace Rating.Tests.Contracts;

/// <summary>What is asked of a topic's settings. The mock broker has none, so they are checked as a broker would list them.</summary>
public sealed class KafkaTopicTests
{
    private static readonly KafkaLogSettings Settings = new() { Properties = new Dictionary<string, string>(), Topic = "usage", Partitions = 8 };

    [Fact]
    public void A_topic_as_it_is_created_here_passes() => KafkaTopic.Check(Settings, KafkaTopic.SettingsToCreate(Settings));

    [Fact]
    public void A_topic_that_keeps_everything_passes() => KafkaTopic.Check(Settings, new Dictionary<string, string> { ["retention.ms"] = "-1", ["retention.bytes"] = "-1", ["cleanup.policy"] = "delete" });

    [Theory]
    [InlineData("retention.ms", "604800000", "kafka.topic.retention", "7 days")]
    [InlineData("retention.ms", "3023999999", "kafka.topic.retention", "replay horizon")]
    [InlineData("retention.bytes", "1073741824", "kafka.topic.retention", "retention.bytes=-1")]
    [InlineData("cleanup.policy", "compact", "kafka.topic.cleanup", "cleanup.policy=delete")]
    [InlineData("cleanup.policy", "compact,delete", "kafka.topic.cleanup", "cleanup.policy=delete")]
    [InlineData("message.timestamp.type", "LogAppendTime", "kafka.topic.timestamps", "message.timestamp.type=CreateTime")]
    public void A_setting_that_may_lose_usage_is_refused_with_what_to_change(string name, string value, string code, string says)
    {
        var found = KafkaTopic.SettingsToCreate(Settings);
        found[name] = value;
        var refused = Assert.Throws<Refused>(() => KafkaTopic.Check(Settings, found));
        Assert.Equal(code, refused.Code);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_retention_of_exactly_the_replay_horizon_passes()
    {
        var found = KafkaTopic.SettingsToCreate(Settings);
        found["retention.ms"] = "3024000000"; // 35 days
        KafkaTopic.Check(Settings, found);
    }

    [Fact]
    public async Task A_retention_shorter_than_the_replay_horizon_is_refused_before_a_topic_is_created() =>
        Assert.Equal("kafka.topic.retention", (await Assert.ThrowsAsync<Refused>(() => KafkaTopic.EnsureAsync(Settings with { Retention = Duration.FromDays(34) }, default))).Code);

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public void Another_number_of_partitions_is_refused(int found) =>
        Assert.Equal("kafka.topic.partitions", Assert.Throws<Refused>(() => KafkaTopic.CheckPartitions(Settings, found)).Code);

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed, true)]
    [InlineData(ErrorCode.InvalidReplicationFactor, true)]
    [InlineData(ErrorCode.PolicyViolation, true)]
    [InlineData(ErrorCode.Local_Transport, false)]
    [InlineData(ErrorCode.RequestTimedOut, false)]
    [InlineData(ErrorCode.NotController, false)]
    public void A_broker_that_says_no_is_told_apart_from_one_that_does_not_answer(ErrorCode code, bool isRefused)
    {
        var error = new Error(code, "the broker's own words.");
        var meaning = KafkaTopic.Meaning(new CreateTopicsException([new CreateTopicReport { Topic = "usage", Error = error }]), Settings);
        Assert.Contains("the broker's own words", meaning.Message, StringComparison.Ordinal);
        if (!isRefused) Assert.IsType<Rating.Engine.Unavailable>(meaning);
        else Assert.Contains("8 partitions", Assert.IsType<Refused>(meaning).Message, StringComparison.Ordinal);
    }
}
