using Npgsql;
using Rating.Domain;

namespace Rating.Postgres;

/// <summary>Where the database is, and how long the store waits for it.</summary>
public sealed record PostgresSettings
{
    /// <summary>Host, database, login, TLS and so on, as Npgsql reads them. Pool sizes and time-outs in it are overruled by the settings below.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The login that migrates: a member of <c>rating_owner</c>, or one that may create roles. Null: <see cref="ConnectionString"/> does that, too.</summary>
    public string? OwnerConnectionString { get; init; }

    /// <summary>The role that the store works as: its login must be a member. Null: the login's own rights.</summary>
    public string? Role { get; init; } = "rating_app";

    /// <summary>The most connections that write at once; further writers wait, at most <see cref="ConnectTimeout"/>.</summary>
    public int WriteConnectionsMax { get; init; } = 16;

    /// <summary>The most connections that read at once. Apart from those that write, so that a slow reader never holds up a checkpoint.</summary>
    public int ReadConnectionsMax { get; init; } = 16;

    /// <summary>The longest that a connection may take to open, or to become free.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a write may take; the store gives up 5 s later when not even the server's refusal arrives.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that a statement waits for a lock that another holds.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a read may take, from its first row to its last.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether the connection strings can be read at all.</summary>
    /// <param name="where">Where they stand: before their names.</param>
    /// <exception cref="Refused"><c>settings.value</c>: the string, and the word in it.</exception>
    public void Check(string where)
    {
        foreach (var (name, text) in new[] { (nameof(ConnectionString), ConnectionString), (nameof(OwnerConnectionString), OwnerConnectionString) })
        {
            if (text is null) continue;
            try
            {
                _ = new NpgsqlConnectionStringBuilder(text);
            }
            catch (Exception wrong) when (wrong is ArgumentException or FormatException or InvalidCastException)
            {
                throw new Refused("settings.value", $"{where}{name} cannot be read: {wrong.Message} Write it as Npgsql reads it, such as Host=db;Database=rating;Username=rating_server.") { Where = where + name };
            }
        }
    }
}
