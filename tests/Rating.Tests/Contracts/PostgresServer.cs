using Rating.Engine;
using Rating.Postgres;
using Rating.TestKit;

namespace Rating.Tests.Contracts;

/// <summary>The PostgreSQL of this test run, started by the first test that asks for it; a database for each test.</summary>
public sealed class PostgresServer : IDisposable
{
    /// <summary>A login with the application's rights and no others.</summary>
    public const string AppLogin = "rating_server";

    private const string Template = "migrated";
    private readonly Lazy<ThrowAwayPostgres> _server = new(Start);

    public ThrowAwayPostgres Server => _server.Value;

    /// <summary>Makes a database with the newest schema.</summary>
    public string CreateDatabase() => Server.CreateDatabase($"TEMPLATE {Template}");

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
