using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Loadtest.Pipeline;
using Rating.Sqlite;

namespace Rating.Loadtest.World;

/// <summary>Where an engine's log and store are kept, so that a figure can be taken on more than one kind, and a second process can open what a first one made.</summary>
/// <param name="Folder">A data folder on SQLite; empty when the rest says where.</param>
/// <param name="Run">The topic and the database.</param>
internal sealed record Place(string Folder, TopicRun? Run)
{
    /// <summary>A new data folder; <see cref="Delete"/> removes it.</summary>
    public static Place OnSqlite() => new(Directory.CreateTempSubdirectory("rating-loadtest-").FullName, null);

    /// <summary>A new topic and a new database, which go with the run.</summary>
    public static async Task<Place> OnKafkaAsync(Outside outside) => new("", new TopicRun(outside.Kafka.Bootstrap, await outside.EmptyTopicAsync(EngineWorld.Settings.Partitions), 0, "", 0)
    {
        Database = outside.Postgres.ConnectionString(outside.Postgres.CreateDatabase()), Partitions = EngineWorld.Settings.Partitions,
    });

    public async Task<OpenPlace> OpenAsync()
    {
        if (Run is { } run) return new OpenPlace(await Outside.OpenLogAsync(run, run.Topic), await Outside.OpenStoreAsync(run.Database), null);
        var folder = DataFolder.Open(Folder);
        return new OpenPlace(folder.OpenLog(EngineWorld.Settings.Partitions), folder.OpenStore(), folder);
    }

    public void Delete()
    {
        if (Folder.Length > 0) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Log and store, until disposed.</summary>
    internal sealed class OpenPlace(IUsageLog log, IRatingStore store, IDisposable? folder) : IAsyncDisposable
    {
        public IUsageLog Log { get; } = log;

        public IRatingStore Store { get; } = store;

        public async ValueTask DisposeAsync()
        {
            await Log.DisposeAsync();
            await Store.DisposeAsync();
            folder?.Dispose();
        }
    }
}
