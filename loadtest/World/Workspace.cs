namespace Rating.Loadtest.World;

/// <summary>A folder that is gone when it is disposed.</summary>
internal sealed class Workspace : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("rating-loadtest-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
