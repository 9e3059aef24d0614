using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Rating.TestKit;

/// <summary>A PostgreSQL server of its own for one test process, with fsync, gone with it. What a crashed process left behind is cleaned up by the next.</summary>
/// <remarks>Debian's package or any other under <c>/usr/lib/postgresql/*/bin</c>; <c>RATING_POSTGRES_BIN</c> names another folder. Not started as root: PostgreSQL refuses that, so root hands it to the user <c>postgres</c> or <c>nobody</c>.</remarks>
public sealed class ThrowAwayPostgres : IDisposable
{
    private const string Prefix = "rating-postgres-";
    private const int PortsTried = 5;
    private readonly string _folder;
    private readonly FileStream _owner;
    private int _databases;

    private ThrowAwayPostgres(string folder, FileStream owner) => (_folder, _owner) = (folder, owner);

    /// <summary>Why there is no PostgreSQL to start, with what to install; null when there is one.</summary>
    public static string? Missing { get; } = Binaries is null
        ? "PostgreSQL is not installed (no initdb under /usr/lib/postgresql/*/bin or RATING_POSTGRES_BIN). Debian: apt-get install postgresql. Elsewhere: https://www.postgresql.org/download/"
        : null;

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    private static string? Binaries => Environment.GetEnvironmentVariable("RATING_POSTGRES_BIN") is { Length: > 0 } named
        ? File.Exists(Path.Combine(named, "initdb")) ? named : null
        : (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin")).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="parent">Where its folder is made; null: the folder for temporary files.</param>
    public static ThrowAwayPostgres Start(string? parent = null)
    {
        if (Missing is { } reason) throw new InvalidOperationException(reason);
        CleanUp();
        var folder = parent is null ? Directory.CreateTempSubdirectory(Prefix).FullName : Directory.CreateDirectory(Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N"))).FullName;
        var server = new ThrowAwayPostgres(folder, Lock(folder) ?? throw new InvalidOperationException($"{folder} is taken."));
        try
        {
            if (Environment.IsPrivilegedProcess) Run("chown", User, folder);
            AsUser(Path.Combine(Binaries!, "initdb"), "-D", server.Data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions");
            for (var tries = 1; ; tries++)
            {
                server.Port = SomePort();
                try
                {
                    server.Up();
                    return server;
                }
                catch (InvalidOperationException) when (tries < PortsTried)
                {
                    // Another has the port.
                }
            }
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>A connection string for a login of a database.</summary>
    public string ConnectionString(string database, string login = "postgres", int? port = null) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port ?? Port, Database = database, Username = login, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable }.ToString();

    /// <summary>Makes an empty database. It goes with the server: to drop one costs a checkpoint, a second on a busy machine.</summary>
    /// <returns>Its name.</returns>
    public string CreateDatabase(string options = "")
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        Run("postgres", $"CREATE DATABASE {name} {options}");
        return name;
    }

    /// <summary>Runs SQL as the superuser.</summary>
    /// <returns>The first column of the first row.</returns>
    public object? Run(string database, string sql)
    {
        using var connection = Connect(database);
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Until.Patience.TotalSeconds };
        return command.ExecuteScalar();
    }

    /// <summary>Opens a connection as the superuser.</summary>
    public NpgsqlConnection Connect(string database)
    {
        var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        connection.Open();
        return connection;
    }

    /// <summary>Kills the server as a crash would: without a checkpoint, replies or goodbyes.</summary>
    public void Crash() => AsUser(Path.Combine(Binaries!, "pg_ctl"), "stop", "-D", Data, "-m", "immediate", "-w", "-s");

    /// <summary>Whether its process lives.</summary>
    public bool IsUp
    {
        get
        {
            try
            {
                AsUser(Path.Combine(Binaries!, "pg_ctl"), "status", "-D", Data);
                return true;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }
    }

    /// <summary>Starts it again, on the same port.</summary>
    public void Up() => AsUser(
        Path.Combine(Binaries!, "pg_ctl"), "start", "-D", Data, "-w", "-s", "-t", "180", "-l", Path.Combine(Data, "server.log"), "-o",
        string.Create(CultureInfo.InvariantCulture, $"-p {Port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync=on -c max_connections=300 -c log_min_duration_statement=1000"));

    /// <inheritdoc/>
    public void Dispose()
    {
        Delete(_folder);
        _owner.Dispose();
    }

    private static string User => Exists("postgres") ? "postgres" : "nobody";

    private static bool Exists(string user) => File.ReadLines("/etc/passwd").Any(line => line.StartsWith(user + ":", StringComparison.Ordinal));

    // Below those that the system gives to whoever asks for any (32768 and up): nobody gets it while a server that crashed is to come back to it.
    private static int SomePort() => Random.Shared.Next(10_000, 32_768);

    // A folder whose lock can be had belongs to a process that is gone.
    private static void CleanUp()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                if (!File.Exists(Path.Combine(folder, "owner"))) continue;
                using var owner = Lock(folder);
                if (owner is not null) Delete(folder);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's.
            }
        }
    }

    private static FileStream? Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "owner"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Delete(string folder)
    {
        var data = Path.Combine(folder, "data");
        try
        {
            if (File.Exists(Path.Combine(data, "postmaster.pid"))) AsUser(Path.Combine(Binaries!, "pg_ctl"), "stop", "-D", data, "-m", "immediate", "-w", "-s");
        }
        catch (InvalidOperationException)
        {
            // Its process is gone already.
        }

        Directory.Delete(folder, recursive: true);
    }

    private static void AsUser(string program, params string[] arguments)
    {
        if (Environment.IsPrivilegedProcess) Run("runuser", ["-u", User, "--", program, .. arguments]);
        else Run(program, arguments);
    }

    private static void Run(string program, params string[] arguments)
    {
        // Not to a pipe: the server would inherit it, and we would wait for its end.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", Path.GetTempFileName(), program, .. arguments]) { UseShellExecute = false, WorkingDirectory = "/" };
        var log = start.ArgumentList[3];
        using var process = Process.Start(start)!;
        process.WaitForExit();
        var said = File.ReadAllText(log);
        File.Delete(log);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}");
    }
}
