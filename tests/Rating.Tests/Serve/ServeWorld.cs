using System.Text.Json;
using Rating.Server.Commands;
using Rating.TestKit;
using Rating.Tests.Contracts;
using Rating.Tests.Processes;

namespace Rating.Tests.Serve;

/// <summary>A topic, a database and a file of settings for real servers.</summary>
internal sealed class ServeWorld : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PostgresServer _postgres;

    private ServeWorld(PostgresServer postgres, MockKafka kafka, string topic)
    {
        (_postgres, Kafka, Topic) = (postgres, kafka, topic);
        Database = postgres.TakeDatabase();
    }

    public const int Partitions = 4;

    public MockKafka Kafka { get; }

    public string Topic { get; }

    public string Database { get; }

    public string Data => _folder.File("data");

    public static async Task<ServeWorld> MakeAsync(PostgresServer postgres, MockKafka kafka, string topic)
    {
        await kafka.CreateTopicAsync(topic, Partitions);
        return new ServeWorld(postgres, kafka, topic);
    }

    /// <summary>Writes a file of settings; <paramref name="more"/> changes what is usual.</summary>
    public string Settings(Action<Dictionary<string, object?>, Dictionary<string, object?>, Dictionary<string, object?>>? more = null)
    {
        var kafka = new Dictionary<string, object?>
        {
            ["BootstrapServers"] = Kafka.Bootstrap, ["Topic"] = Topic, ["ChecksTopic"] = false,
            // The mock answers a fetch without records only when its time is over.
            ["Properties"] = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10", ["linger.ms"] = "1" },
        };
        var postgres = new Dictionary<string, object?>
        {
            ["ConnectionString"] = _postgres.Server.ConnectionString(Database, PostgresServer.AppLogin), ["OwnerConnectionString"] = _postgres.Server.ConnectionString(Database),
        };
        var rating = new Dictionary<string, object?> { ["Log"] = "kafka", ["Store"] = "postgres", ["Partitions"] = Partitions, ["Kafka"] = kafka, ["Postgres"] = postgres };
        more?.Invoke(rating, kafka, postgres);
        var file = _folder.File($"settings-{Guid.NewGuid():N}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new Dictionary<string, object?> { ["Rating"] = rating }));
        return file;
    }

    /// <summary>Starts a server over both and waits until it is ready.</summary>
    public async Task<(RatingProcess Server, RatingClient Client)> ServeAsync(string? settings = null)
    {
        var (server, url) = await RatingProcess.ServeAsync(Data, "--config", settings ?? Settings());
        return (server, new RatingClient(url));
    }

    /// <summary>A copy of a file: an import writes the rows that it refuses beside it.</summary>
    public string Copy(string file)
    {
        var copy = _folder.File(Path.GetFileName(file));
        File.Copy(file, copy);
        return copy;
    }

    public void Dispose()
    {
        _postgres.ReturnDatabase(Database);
        _folder.Dispose();
    }
}
