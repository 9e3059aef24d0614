using Rating.Postgres;

namespace Rating.Orleans.Tests;

/// <summary>The PostgreSQL and the mock Kafka of this test run; a database and a topic for each test.</summary>
public sealed class ClusterServers : IAsyncLifetime
{
    /// <summary>A login with the application's rights and no others.</summary>
    public const string AppLogin = "rating_server";

    private ThrowAwayPostgres? _postgres;
    private MockKafka? _kafka;
    private int _topics;

    public ThrowAwayPostgres Postgres => _postgres!;

    public MockKafka Kafka => _kafka!;

    /// <summary>Makes a database with the newest schema.</summary>
    public async Task<string> DatabaseAsync()
    {
        var database = Postgres.CreateDatabase();
        await PostgresSchema.MigrateAsync(Postgres.ConnectionString(database), default);
        return database;
    }

    /// <summary>Makes a topic.</summary>
    public async Task<string> TopicAsync(int partitions)
    {
        var topic = $"cluster-{Interlocked.Increment(ref _topics)}";
        await Kafka.CreateTopicAsync(topic, partitions);
        return topic;
    }

    public async Task InitializeAsync()
    {
        if (new ClusterFactAttribute().Skip is not null) return;
        _postgres = ThrowAwayPostgres.Start();
        _postgres.Run("postgres", $"CREATE DATABASE roles");
        await PostgresSchema.MigrateAsync(_postgres.ConnectionString("roles"), default);
        _postgres.Run("postgres", $"CREATE ROLE {AppLogin} LOGIN; GRANT rating_app TO {AppLogin}");
        _kafka = await MockKafka.StartAsync(1);
    }

    public Task DisposeAsync()
    {
        _kafka?.Dispose();
        _postgres?.Dispose();
        return Task.CompletedTask;
    }
}
