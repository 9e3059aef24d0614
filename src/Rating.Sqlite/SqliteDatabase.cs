using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Rating.Domain;
using Rating.Engine;

namespace Rating.Sqlite;

/// <summary>One database file: its schema, its connections, and what its errors mean.</summary>
/// <remarks>WAL with <c>synchronous=FULL</c>: a commit has reached the disk when it returns, and readers never wait for a writer.</remarks>
internal sealed class SqliteDatabase : IDisposable
{
    private const int Constraint = 19, ConstraintForeignKey = 787, ConstraintPrimaryKey = 1555, ConstraintUnique = 2067, Corrupt = 11, NotADatabase = 26;
    private const int Full = 13, IoError = 10, Busy = 5, Locked = 6, OutOfMemory = 7, ReadOnly = 8, CannotOpen = 14, Protocol = 15;
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly string _path;
    private volatile bool _disposed;

    /// <summary>Opens the file, makes it when there is none, and brings its schema up to date.</summary>
    /// <exception cref="Refused"><c>data.newer</c>: a newer program wrote it; <c>data.damaged</c>: it is no database that can be read.</exception>
    /// <exception cref="Unavailable">It cannot be read or written now.</exception>
    public SqliteDatabase(string path, string schema)
    {
        _path = path;
        try
        {
            using var session = OpenWriter();
            Migrate(session, schema);
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>The most pages that the file may have; null is no limit. Tests fill the disk with it.</summary>
    public long? PagesMax { get; set; }

    /// <summary>Opens a connection that writes.</summary>
    public SqliteSession OpenWriter()
    {
        var session = Open();
        // 8 KiB pages: blocks are tens of kilobytes. The log file of SQLite is copied back every 32 MiB instead of 4, which costs two fsyncs less per 28 MiB.
        // REPLACE runs the triggers that guard immutable rows only with recursive_triggers.
        session.Run("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864; PRAGMA recursive_triggers = ON;");
        return session;
    }

    /// <summary>Runs the statements that begin every group of writes.</summary>
    public void Begin(SqliteSession session)
    {
        if (PagesMax is { } max) session.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {max}"));
        session.Run("BEGIN IMMEDIATE");
    }

    /// <summary>Lends a connection that reads; it goes back with <see cref="Return"/>.</summary>
    public SqliteSession Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_readers.TryTake(out var session)) return session;
        session = Open();
        session.Run("PRAGMA query_only = ON");
        return session;
    }

    /// <summary>Takes a connection back.</summary>
    public void Return(SqliteSession session)
    {
        if (_disposed) session.Dispose();
        else _readers.Add(session);
    }

    /// <summary>Reads with a connection from the pool.</summary>
    public T Read<T>(Func<SqliteSession, T> read)
    {
        try
        {
            var session = Rent();
            try
            {
                return read(session);
            }
            finally
            {
                Return(session);
            }
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>What a database error means to a caller.</summary>
    public Exception Translate(SqliteException error) => error.SqliteErrorCode switch
    {
        Full => new Unavailable($"{_path}: the disk is full. Nothing was written; writing goes on once there is space.", error),
        IoError or Busy or Locked or OutOfMemory or ReadOnly or CannotOpen or Protocol => new Unavailable($"{_path}: {error.Message}", error),
        Corrupt or NotADatabase => new Refused("data.damaged", $"{_path} is damaged, or is no database: {error.Message} Restore it from a backup."),
        Constraint when error.SqliteExtendedErrorCode == ConstraintForeignKey => new InvariantBrokenException($"{_path}: a row names another that does not exist: {error.Message}"),
        _ => error,
    };

    /// <summary>Whether an error says that a row with this key exists.</summary>
    public static bool IsTaken(SqliteException error) => error.SqliteExtendedErrorCode is ConstraintPrimaryKey or ConstraintUnique;

    /// <summary>Whether an error concerns one statement only and leaves the transaction as it was.</summary>
    public static bool IsOfStatement(SqliteException error) => error.SqliteErrorCode == Constraint;

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        while (_readers.TryTake(out var session)) session.Dispose();
    }

    private static void Migrate(SqliteSession session, string schema)
    {
        session.Run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT");
        var found = session.Number("SELECT coalesce(max(version), 0) FROM schema_version");
        var migrations = Migrations(schema);
        if (found > migrations.Count)
            throw new Refused("data.newer", $"The {schema} in this folder has schema version {found}; this program knows {migrations.Count}. Use the newer program that wrote it.");
        for (var version = (int)found + 1; version <= migrations.Count; version++)
        {
            session.Run("BEGIN IMMEDIATE");
            session.Run(migrations[version - 1]);
            session.Run("INSERT INTO schema_version (version) VALUES ($version)", ("$version", version));
            session.Run("COMMIT");
        }
    }

    private static List<string> Migrations(string schema)
    {
        var texts = new List<string>();
        while (typeof(SqliteDatabase).Assembly.GetManifestResourceStream(string.Create(CultureInfo.InvariantCulture, $"{schema}.{texts.Count + 1:000}.sql")) is { } stream)
        {
            using var reader = new StreamReader(stream);
            texts.Add(reader.ReadToEnd());
        }

        return texts;
    }

    private SqliteSession Open()
    {
        // Pooling is ours: a closed database has no open file.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, ForeignKeys = true, DefaultTimeout = 10,
        }.ToString());
        try
        {
            connection.Open();
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        return new SqliteSession(connection);
    }
}
