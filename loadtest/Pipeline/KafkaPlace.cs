using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>A topic of its own, and a database of its own.</summary>
internal sealed class KafkaPlace(Outside outside, string topic, string database) : IPlace
{
    public static async Task<IPlace> NewAsync(Outside outside) =>
        new KafkaPlace(outside, await outside.EmptyTopicAsync(EngineWorld.Settings.Partitions), outside.Postgres.ConnectionString(outside.Postgres.CreateDatabase()));

    public async Task<IUsageLog> OpenLogAsync() => await Outside.OpenLogAsync(new TopicRun(outside.Kafka.Bootstrap, topic, 0, "", 0) { Partitions = EngineWorld.Settings.Partitions }, topic);

    public async Task<IRatingStore> OpenStoreAsync() => await Outside.OpenStoreAsync(database);

    // Both go with the run.
    public void Dispose()
    {
    }
}
