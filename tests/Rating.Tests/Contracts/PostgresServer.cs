using System.Collections.Concurrent;
using Rating.Postgres;
using Rating.TestKit;

namespace Rating.Tests.Contracts;

/// <summary>The PostgreSQL of this test run, started by the first test that asks for it; a database for each test.</summary>
/// <remarks>Databases are emptied and used again: to drop one costs a second, and after a crash PostgreSQL syncs every file of those that are left.</remarks>
public sealed class PostgresServer : IDisposable
{
    /// <summary>A login with the application's rights and no others.</summary>
    public const string AppLogin = "rating_server";

    /// <summary>A database with the newest schema, to copy.</summary>
    public const string Template = "migrated";

    // As a replica: triggers and foreign keys keep still.
    private const string Empty = """
        SET session_replication_role = replica;
        DO $$
        DECLARE
            name text;
        BEGIN
            FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'rating' AND tablename NOT IN ('schema_version', 'outbox_number', 'orleansquery') LOOP
                EXECUTE format('DELETE FROM rating.%I', name);
            END LOOP;
            UPDATE rating.outbox_number SET last = 0;
        END $$
        """;

    private readonly ConcurrentBag<string> _free = [];
    private readonly Lazy<ThrowAwayPostgres> _server = new(Start);

    public ThrowAwayPostgres Server => _server.Value;

    /// <summary>Lends an empty database with the newest schema.</summary>
    public string TakeDatabase()
    {
        if (!_free.TryTake(out var name)) return Server.CreateDatabase($"TEMPLATE {Template}");
        Server.Run(name, Empty);
        return name;
    }

    /// <summary>Takes a database back whose schema is as it was.</summary>
    public void ReturnDatabase(string name) => _free.Add(name);

    /// <summary>How a server process would be set up: it runs as <see cref="AppLogin"/> and migrates as another login.</summary>
    public PostgresSettings Settings(string database, int? port = null) => new()
    {
        ConnectionString = Server.ConnectionString(database, AppLogin, port), OwnerConnectionString = Server.ConnectionString(database),
    };

    public void Dispose()
    {
        if (_server.IsValueCreated) _server.Value.Dispose();
    }

    private static ThrowAwayPostgres Start()
    {
        var server = ThrowAwayPostgres.Start();
        server.Run("postgres", $"CREATE DATABASE {Template}");
        PostgresSchema.MigrateAsync(server.ConnectionString(Template), default).GetAwaiter().GetResult();
        server.Run("postgres", $"CREATE ROLE {AppLogin} LOGIN; GRANT rating_app TO {AppLogin}");
        return server;
    }
}
