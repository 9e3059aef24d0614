using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Npgsql;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Postgres;

/// <summary>The connections to one database, and what its errors mean.</summary>
/// <remarks>
/// Every write is one statement that carries all its data, so it commits by itself in one round trip and the server never holds a lock while it waits for this process.
/// The time-outs and the role are given when a connection starts: they are what a reset returns to.
/// </remarks>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private const int ReplyGraceSeconds = 5;
    private const int LargeWriteTimeouts = 10;
    private const int LargeWritesMax = 2;
    private readonly NpgsqlDataSource _writes;
    private readonly NpgsqlDataSource _reads;
    private readonly NpgsqlDataSource _largeWrites;
    private readonly int _readOneSeconds;

    public PostgresDatabase(PostgresSettings settings)
    {
        // A plan of a write never depends on its data; unasked, PostgreSQL plans anew five times in each connection, a tenth of all that a checkpoint costs it.
        const string plannedOnce = " -c plan_cache_mode=force_generic_plan";
        _writes = Source(settings, settings.WriteConnectionsMax, settings.WriteTimeout, "write", plannedOnce);
        _reads = Source(settings, settings.ReadConnectionsMax, settings.ReadTimeout, "read");
        _readOneSeconds = Seconds(settings.WriteTimeout);
        _largeWrites = Source(settings, LargeWritesMax, settings.WriteTimeout * LargeWriteTimeouts, "large write");
    }

    /// <summary>A connection as the writes have it; tests look at it, and play other owners with it.</summary>
    internal async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation) => await _writes.OpenConnectionAsync(cancellation);

    /// <summary>Runs one statement that writes, in a transaction of its own.</summary>
    /// <returns>The first row, mapped.</returns>
    public async Task<T> WriteAsync<T>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            await using var command = _writes.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            Invariant.Holds(await rows.ReadAsync(cancellation), "a statement that writes tells what it did");
            var result = map(rows);
            while (await rows.NextResultAsync(cancellation))
            {
                // The transaction is over only when the server is ready for the next one: an error of the commit itself comes last.
            }

            return result;
        }
        catch (Exception e)
        {
            ThrowMeaning(e, cancellation);
            throw;
        }
    }

    /// <summary>Runs one statement that writes.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">Its data.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="isLarge">Whether it may take ten times as long as others: it writes very many rows, and must not be taken for one that hangs.</param>
    /// <returns>How many rows it wrote.</returns>
    public async Task<int> WriteAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellation, bool isLarge = false)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            await using var command = (isLarge ? _largeWrites : _writes).CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            return await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception e)
        {
            ThrowMeaning(e, cancellation);
            throw;
        }
    }

    /// <summary>Reads all rows.</summary>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        var list = new List<T>();
        await foreach (var row in ReadAsync(sql, parameters, map, cancellation)) list.Add(row);
        return list;
    }

    /// <summary>Reads row by row, as the database was when the enumeration began; holds one row at a time, and a connection until it ends.</summary>
    public async IAsyncEnumerable<T> ReadAsync<T>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await using var command = await OpenAsync(sql, parameters, cancellation);
        await using var connection = command.Connection;
        var rows = await ExecuteAsync(command, cancellation);
        var isOver = false;
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                T row;
                try
                {
                    if (!await rows.ReadAsync(cancellation))
                    {
                        isOver = true;
                        break;
                    }

                    row = map(rows);
                }
                catch (Exception e)
                {
                    isOver = true;
                    ThrowMeaning(e, cancellation);
                    throw;
                }

                yield return row;
            }
        }
        finally
        {
            await CloseAsync(command, rows, isOver);
        }
    }

    /// <summary>Reads the first row on the caller's thread; null when there is none. A writer waits for it, so it may take no longer than a write.</summary>
    public T? ReadOne<T>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map)
        where T : class
    {
        try
        {
            using var command = _reads.CreateCommand(sql);
            command.CommandTimeout = _readOneSeconds;
            command.Parameters.AddRange(parameters);
            using var rows = command.ExecuteReader();
            return rows.Read() ? map(rows) : null;
        }
        catch (Exception e)
        {
            ThrowMeaning(e, CancellationToken.None);
            throw;
        }
    }

    /// <summary>What an error means to a caller; null when it is what it says.</summary>
    public static Exception? Meaning(Exception error, CancellationToken cancellation) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } e => new StaleWriterException($"Another writer was first: {e.MessageText} {e.Detail}"),
        PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: "book_follows" or "invoice_follows" } e => new StaleWriterException($"Not the next number: {e.Detail}"),
        PostgresException { SqlState: [.. "23", _, _, _] } e => new InvariantBrokenException($"The database refuses what can never be: {e.MessageText} {e.Detail}"),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } when cancellation.IsCancellationRequested => null,
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege or [.. "28", _, _, _] or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InvalidParameterValue } e =>
            new Refused("store.denied", $"PostgreSQL refuses ({e.SqlState}): {e.MessageText}. docs/postgres.md says which login needs which role."),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction } e =>
            new Refused("store.schema", $"The database has not the schema of this program: {e.MessageText}"),
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } e => new Unavailable($"PostgreSQL: another holds a lock for too long ({e.MessageText}). Nothing was written.", e),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } e => new Unavailable("PostgreSQL: its disk is full. Nothing was written; writing goes on once there is space.", e),
        PostgresException { SqlState: [.. ("08" or "25" or "40" or "53" or "55" or "57" or "58" or "XX"), _, _, _] } e => new Unavailable($"PostgreSQL ({e.SqlState}): {e.MessageText}", e),
        PostgresException => null,
        NpgsqlException or TimeoutException or IOException or SocketException => new Unavailable($"PostgreSQL does not answer: {error.Message} What was being written may be stored or not.", error),
        _ => null,
    };

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _largeWrites.DisposeAsync();
        await _reads.DisposeAsync();
    }

    // Throws what an error means to a caller; returns when it is what it says.
    private void ThrowMeaning(Exception error, CancellationToken cancellation)
    {
        if (error is NpgsqlException and not PostgresException or PostgresException { SqlState: [.. "57P", _, _] })
        {
            // The server is gone, or went and came back: the idle connections are as dead as this one.
            _writes.Clear();
            _largeWrites.Clear();
            _reads.Clear();
        }

        if (Meaning(error, cancellation) is { } meaning) throw meaning;
    }

    private static NpgsqlDataSource Source(PostgresSettings settings, int connectionsMax, TimeSpan statement, string what, string more = "")
    {
        var text = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Pooling = true, MinPoolSize = 0, MaxPoolSize = connectionsMax, Timeout = Seconds(settings.ConnectTimeout), CommandTimeout = Seconds(statement) + ReplyGraceSeconds,
            MaxAutoPrepare = 64, AutoPrepareMinUsages = 2, NoResetOnClose = true, TcpKeepAlive = true, WriteBufferSize = 64 << 10, ReadBufferSize = 64 << 10,
        };
        text.ApplicationName ??= $"rating {what}";
        var role = settings.Role is null ? "" : $" -c role={settings.Role}";
        text.Options = string.Create(
            CultureInfo.InvariantCulture,
            $"{text.Options} -c search_path=rating -c statement_timeout={statement.TotalMilliseconds:0} -c lock_timeout={settings.LockTimeout.TotalMilliseconds:0} -c idle_in_transaction_session_timeout=2000 -c default_transaction_isolation=read\\ committed -c synchronous_commit=on{more}{role}").TrimStart();
        return NpgsqlDataSource.Create(text);
    }

    private static int Seconds(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);

    private async Task<NpgsqlCommand> OpenAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        try
        {
            var command = new NpgsqlCommand(sql, await _reads.OpenConnectionAsync(cancellation));
            command.Parameters.AddRange(parameters);
            return command;
        }
        catch (Exception e)
        {
            ThrowMeaning(e, cancellation);
            throw;
        }
    }

    private async Task<NpgsqlDataReader> ExecuteAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        try
        {
            return await command.ExecuteReaderAsync(cancellation);
        }
        catch (Exception e)
        {
            ThrowMeaning(e, cancellation);
            throw;
        }
    }

    // A reader that is given up half-way would else fetch all that is left.
    private static async Task CloseAsync(NpgsqlCommand command, NpgsqlDataReader rows, bool isOver)
    {
        try
        {
            if (!isOver) command.Cancel();
            await rows.DisposeAsync();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or SocketException or TimeoutException)
        {
            return; // the connection is gone; so is what was left
        }
    }
}
