using System.Globalization;
using Npgsql;
using Rating.Domain;

namespace Rating.Postgres;

/// <summary>Brings a database to the schema of this program: roles and tables, version by version, one node at a time.</summary>
public static class PostgresSchema
{
    private const long MigrationLock = 7_240_112;
    private static readonly Lazy<IReadOnlyList<string>> Migrations = new(ReadMigrations);

    /// <summary>The version that this program knows.</summary>
    public static int Version => Migrations.Value.Count;

    /// <summary>Brings the database up to date; does nothing, and needs no rights, when it is.</summary>
    /// <param name="connectionString">A login that may do it: a member of <c>rating_owner</c> with CREATE on the database, or one that may create roles and schemas.</param>
    /// <param name="cancellation">Gives up; what was begun is undone.</param>
    /// <exception cref="Refused"><c>data.newer</c>: a newer program wrote it; <c>store.denied</c>: the login may not; <c>store.encoding</c>: the database is not UTF-8.</exception>
    /// <exception cref="Engine.Unavailable">The database does not answer.</exception>
    public static async Task MigrateAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            var text = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 };
            text.ApplicationName ??= "rating migration";
            text.Options = $"{text.Options} -c lock_timeout=60000 -c statement_timeout=3600000 -c idle_in_transaction_session_timeout=60000".TrimStart();
            await using var source = NpgsqlDataSource.Create(text);
            await using var connection = await source.OpenConnectionAsync(cancellation);
            if (await FoundAsync(connection, cancellation) < Version) await MigrateAsync(connection, cancellation);
        }
        catch (Exception e)
        {
            if (PostgresDatabase.Meaning(e, cancellation) is { } meaning) throw meaning;
            throw;
        }
    }

    private static async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await ScalarAsync(connection, "SHOW server_encoding", cancellation) is not "UTF8")
            throw new Refused("store.encoding", "The database is not in UTF-8. Make one with: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.");

        // One transaction: two nodes that start together wait for each other here, and a failure leaves nothing half made.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({MigrationLock})"), cancellation);
        var found = await FoundAsync(connection, cancellation);
        if (found == 0)
        {
            await RunAsync(connection, Text("roles.sql")!, cancellation);
            await RunAsync(
                connection,
                """
                CREATE SCHEMA IF NOT EXISTS rating AUTHORIZATION rating_owner;
                SET LOCAL ROLE rating_owner;
                CREATE TABLE IF NOT EXISTS rating.schema_version (version integer PRIMARY KEY, migrated_at timestamptz NOT NULL DEFAULT now());
                GRANT USAGE ON SCHEMA rating TO PUBLIC;
                GRANT SELECT ON rating.schema_version TO PUBLIC; -- whoever starts a node asks for it
                """,
                cancellation);
        }

        await RunAsync(connection, "SET LOCAL ROLE rating_owner; SET LOCAL search_path = rating", cancellation);
        for (var version = found + 1; version <= Version; version++)
        {
            await RunAsync(connection, Migrations.Value[version - 1], cancellation);
            await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO schema_version (version) VALUES ({version})"), cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static async Task<int> FoundAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string exists = "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'rating' AND c.relname = 'schema_version')";
        if (await ScalarAsync(connection, exists, cancellation) is not true) return 0;
        var found = (int)(await ScalarAsync(connection, "SELECT coalesce(max(version), 0) FROM rating.schema_version", cancellation))!;
        if (found > Version)
            throw new Refused("data.newer", $"The database has schema version {found}; this program knows {Version}. Use the newer program that wrote it.");
        return found;
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static List<string> ReadMigrations()
    {
        var texts = new List<string>();
        while (Text(string.Create(CultureInfo.InvariantCulture, $"store.{texts.Count + 1:000}.sql")) is { } text) texts.Add(text);
        return texts;
    }

    private static string? Text(string name)
    {
        using var stream = typeof(PostgresSchema).Assembly.GetManifestResourceStream(name);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
