namespace Rating.Tests.Contracts;

/// <summary>A folder of its own for one test; gone with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("rating-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Copies a database as a crash would leave it: not closed, its write-ahead log not copied back.</summary>
    public string CopyDatabase(string name, string to)
    {
        System.IO.File.Copy(File(name), File(to));
        System.IO.File.Copy(File(name + "-wal"), File(to + "-wal"));
        return File(to);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
