using System.Text.Json;
using Rating.Domain;
using Rating.Engine;

namespace Rating.Sqlite;

/// <summary>The folder that holds all data of one installation, locked against every other process while this object lives.</summary>
/// <remarks>The lock is the operating system's and dies with its process: after <c>kill -9</c> the next process opens at once. Dispose the log and the store first.</remarks>
public sealed class DataFolder : IDisposable
{
    private const int SharingViolation = unchecked((int)0x80070020), WouldBlockLinux = 11, WouldBlockMac = 35;
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>Opens a folder and makes it when there is none.</summary>
    /// <exception cref="Refused"><c>data.locked</c>: another process holds it; <c>data.folder</c>: it cannot be made or written.</exception>
    public static DataFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            var folder = new DataFolder(full, new FileStream(System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            File.Delete(ServerFile(full)); // left by a server that was killed
            return folder;
        }
        catch (IOException e) when (e.HResult is SharingViolation or WouldBlockLinux or WouldBlockMac)
        {
            var holder = ReadServer(full) is { } server ? $"process {server.Pid}, a server at {server.Url}" : "another process";
            throw new Refused("data.locked", $"The data folder {full} is held by {holder}. Go through that server, wait until the process ends, or use another folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Refused("data.folder", $"The data folder {full} cannot be used: {e.Message}");
        }
    }

    /// <summary>The server that holds a folder; null when none does, or it has not said so yet.</summary>
    public static ServerAddress? ReadServer(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ServerAddress>(File.ReadAllBytes(ServerFile(path)), JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Says where this process answers, for those that find the folder locked.</summary>
    public void WriteServer(string url)
    {
        var file = ServerFile(Path);
        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(new ServerAddress(Environment.ProcessId, url), JsonSerializerOptions.Web));
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Opens the usage log of this folder, <c>log.db</c>.</summary>
    /// <exception cref="Refused"><c>data.partitions</c>: it was made with another number of partitions; <c>data.newer</c>, <c>data.damaged</c>.</exception>
    /// <exception cref="Unavailable">It cannot be read or written now.</exception>
    public SqliteUsageLog OpenLog(int partitions) => SqliteUsageLog.Open(System.IO.Path.Combine(Path, "log.db"), partitions);

    /// <summary>Opens the store of this folder, <c>store.db</c>.</summary>
    /// <exception cref="Refused"><c>data.newer</c>, <c>data.damaged</c>.</exception>
    /// <exception cref="Unavailable">It cannot be read or written now.</exception>
    public SqliteRatingStore OpenStore() => SqliteRatingStore.Open(System.IO.Path.Combine(Path, "store.db"));

    /// <summary>Gives the folder free.</summary>
    public void Dispose()
    {
        File.Delete(ServerFile(Path));
        _lock.Dispose();
    }

    private static string ServerFile(string path) => System.IO.Path.Combine(path, "server.json");
}
