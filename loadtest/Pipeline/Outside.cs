using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Kafka;
using Rating.Loadtest.World;
using Rating.Postgres;
using Rating.Server.Hosting;
using Rating.TestKit;

namespace Rating.Loadtest.Pipeline;

/// <summary>What the engine works with in these runs: a mock Kafka and a PostgreSQL with fsync, each in processes of its own, gone at the end.</summary>
internal sealed class Outside : IDisposable
{
    /// <summary>Partitions of every topic. The mock keeps 5 MiB of each, so they decide how many records a topic can have.</summary>
    public const int Partitions = 16;

    public static readonly RatingSettings Settings = new() { Partitions = Partitions };

    /// <summary>The mock answers a fetch that finds nothing only when its time is over, whatever comes meanwhile. A broker answers when something comes.</summary>
    public static readonly Dictionary<string, string> AnswersAtOnce = new() { ["fetch.wait.max.ms"] = "10" };

    private int _topics;

    private Outside(MockKafka kafka, ThrowAwayPostgres postgres) => (Kafka, Postgres) = (kafka, postgres);

    public MockKafka Kafka { get; }

    public ThrowAwayPostgres Postgres { get; }

    public static async Task<Outside> StartAsync()
    {
        var kafka = await MockKafka.StartAsync(1);
        try
        {
            return new Outside(kafka, ThrowAwayPostgres.Start());
        }
        catch
        {
            kafka.Dispose();
            throw;
        }
    }

    public static Task<KafkaUsageLog> OpenLogAsync(TopicRun run, string topic) => KafkaUsageLog.OpenAsync(
        new KafkaLogSettings
        {
            Properties = new Dictionary<string, string>(run.Properties) { ["bootstrap.servers"] = run.Bootstrap }, Topic = topic, Partitions = run.Partitions,
            // The mock has no settings to check.
            ChecksTopic = false, DefaultTenant = Customers.Tenant,
        },
        default);

    public static Task<PostgresRatingStore> OpenStoreAsync(string connection) => PostgresRatingStore.OpenAsync(new PostgresSettings { ConnectionString = connection }, TimeProvider.System, default);

    /// <summary>A database in which the customers are; <see cref="CopyDatabase"/> makes more of it.</summary>
    public async Task<string> OnboardAsync(int subscriptions, int perAccount = Customers.PerAccount)
    {
        var name = Postgres.CreateDatabase();
        await using var store = await OpenStoreAsync(Postgres.ConnectionString(name));
        await EngineWorld.OnboardAsync(store, subscriptions, Settings, perAccount);
        return name;
    }

    /// <summary>A copy of a database that nobody is connected to.</summary>
    /// <returns>How to connect to it.</returns>
    public string CopyDatabase(string name) => Postgres.ConnectionString(Postgres.CreateDatabase($"TEMPLATE {name}"));

    /// <summary>A new topic with these records, in batches compressed with lz4, after a check that the mock still has all of them.</summary>
    /// <param name="usage">Makes them.</param>
    /// <param name="records">How many.</param>
    /// <param name="hasHeaders">With the headers that our own intake writes; without, as others write events.</param>
    public async Task<string> TopicAsync(UsageMaker usage, int records, bool hasHeaders = false)
    {
        var topic = await EmptyTopicAsync(Partitions);
        var counts = new long[Partitions];
        using var producer = Producer(Kafka.Bootstrap, lingerMs: 100);
        foreach (var batch in usage.Batches(Partitions, records))
            foreach (var record in batch)
            {
                Produce(producer, topic, record, hasHeaders);
                counts[record.Partition]++;
            }

        producer.Flush(TimeSpan.FromMinutes(2));
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new Dictionary<string, string> { ["bootstrap.servers"] = Kafka.Bootstrap, ["group.id"] = "check" }).Build();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var kept = consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), TimeSpan.FromSeconds(10));
            if (kept.Low != 0 || kept.High != counts[partition])
                throw new InvalidOperationException($"The mock Kafka keeps 5 MiB per partition: partition {partition} of {topic} has {kept.Low} to {kept.High}, {counts[partition]} records were written. Fewer records, or more partitions.");
        }

        return topic;
    }

    /// <summary>How a process joins the cluster whose members are in a database.</summary>
    public static ClusterPlace ClusterOn(string connection) => new("rating", IPAddress.Loopback, FreePort(), $"{connection};Search Path=rating");

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>A database that has the schema and nothing else.</summary>
    public async Task<string> MembershipAsync()
    {
        var connection = Postgres.ConnectionString(Postgres.CreateDatabase());
        await using var store = await OpenStoreAsync(connection);
        return connection;
    }

    /// <summary>A producer of batches compressed with lz4. What it could not deliver shows only at the end of the topic.</summary>
    public static IProducer<Null, byte[]> Producer(string bootstrap, int lingerMs) => new ProducerBuilder<Null, byte[]>(new Dictionary<string, string>
    {
        ["bootstrap.servers"] = bootstrap, ["compression.type"] = "lz4", ["linger.ms"] = lingerMs.ToString(CultureInfo.InvariantCulture),
        ["queue.buffering.max.messages"] = "2000000", ["queue.buffering.max.kbytes"] = "2000000", ["dotnet.producer.enable.delivery.reports"] = "false",
    }).Build();

    /// <summary>Writes a record.</summary>
    public static void Produce(IProducer<Null, byte[]> producer, string topic, LogAppend record, bool hasHeaders)
    {
        var message = new Message<Null, byte[]> { Value = record.Payload.ToArray(), Timestamp = new Timestamp(record.IngestTime.ToUnixTimeMilliseconds(), TimestampType.CreateTime) };
        if (hasHeaders)
            message.Headers = [new Header(KafkaHeaders.Tenant, "default"u8.ToArray()), new Header(KafkaHeaders.ContentType, "application/cloudevents+json"u8.ToArray())];
        producer.Produce(new TopicPartition(topic, record.Partition), message);
    }

    /// <summary>A new topic without records.</summary>
    public async Task<string> EmptyTopicAsync(int partitions)
    {
        var topic = $"usage-{++_topics}";
        await Kafka.CreateTopicAsync(topic, partitions);
        return topic;
    }

    public void Dispose()
    {
        Postgres.Dispose();
        Kafka.Dispose();
    }
}
