using Rating.Kafka;
using Rating.TestKit;

namespace Rating.Tests.Contracts;

/// <summary>One mock Kafka for the tests of a class that do not make it fail.</summary>
public sealed class KafkaFixture : IAsyncLifetime
{
    private MockKafka? _kafka;
    private int _topics;

    public MockKafka Kafka => _kafka ?? throw new InvalidOperationException("No mock Kafka on this machine.");

    public async Task InitializeAsync()
    {
        if (Librdkafka.Problem is null) _kafka = await MockKafka.StartAsync(1);
    }

    public Task DisposeAsync()
    {
        _kafka?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Settings of a new topic.</summary>
    public async Task<KafkaLogSettings> NewTopicAsync(int partitions)
    {
        var topic = $"usage-{Interlocked.Increment(ref _topics)}";
        await Kafka.CreateTopicAsync(topic, partitions);
        return SettingsOf(Kafka, topic, partitions);
    }

    public static KafkaLogSettings SettingsOf(MockKafka kafka, string topic, int partitions) => new()
    {
        // The mock answers a fetch without records only when its time is over, even when some come meanwhile.
        Properties = new Dictionary<string, string> { ["bootstrap.servers"] = kafka.Bootstrap, ["fetch.wait.max.ms"] = "10", ["linger.ms"] = "1" },
        Topic = topic, Partitions = partitions, ChecksTopic = false, DefaultTenant = new("house"),
    };
}
