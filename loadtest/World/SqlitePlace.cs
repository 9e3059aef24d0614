using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Sqlite;

namespace Rating.Loadtest.World;

/// <summary>A data folder: log and store on SQLite.</summary>
internal sealed class SqlitePlace : IPlace
{
    private readonly Workspace _workspace = new();
    private readonly DataFolder _folder;

    public SqlitePlace() => _folder = DataFolder.Open(_workspace.Path);

    public Task<IUsageLog> OpenLogAsync() => Task.FromResult<IUsageLog>(_folder.OpenLog(EngineWorld.Settings.Partitions));

    public Task<IRatingStore> OpenStoreAsync() => Task.FromResult<IRatingStore>(_folder.OpenStore());

    public void Dispose()
    {
        _folder.Dispose();
        _workspace.Dispose();
    }
}
