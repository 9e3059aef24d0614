using Rating.Engine;
using Rating.Engine.HandOff;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Kafka;
using Rating.Postgres;
using Rating.Server.Faults;
using Rating.Sqlite;

namespace Rating.Server.Hosting;

/// <summary>The usage log and the store that one engine works on, and the way out. Opened here and nowhere else: the one place where their kinds are told apart.</summary>
/// <param name="Log">The usage log.</param>
/// <param name="Store">Where everything else is.</param>
/// <param name="Outlet">Where invoices, alerts and rejected usage are published; null where they are not.</param>
/// <param name="Triggers">The topic that closes are ordered by; null where there is none.</param>
internal sealed record Backends(IUsageLog Log, IRatingStore Store, IOutlet? Outlet, IUsageLog? Triggers) : IAsyncDisposable
{
    /// <summary>Opens them as the settings say.</summary>
    /// <exception cref="Domain.Refused">They are not as they must be; the message says what to change.</exception>
    /// <exception cref="Unavailable">One of them does not answer.</exception>
    public static async Task<Backends> OpenAsync(ServeSettings settings, DataFolder folder, CancellationToken cancellation)
    {
        IUsageLog log = settings.Kafka is { } kafka ? await KafkaUsageLog.OpenAsync(kafka, cancellation) : folder.OpenLog(settings.Rating.Partitions);
        IRatingStore? store = null;
        IUsageLog? triggers = null;
        try
        {
            store = settings.Postgres is { } postgres ? await PostgresRatingStore.OpenAsync(postgres, TimeProvider.System, cancellation) : folder.OpenStore();
            if (settings.Triggers is { } topic) triggers = await KafkaUsageLog.OpenAsync(topic, cancellation);
            return new Backends(KillPoints.Watch(log), KillPoints.Watch(store), settings.Outlet is { } outlet ? await KafkaOutlet.OpenAsync(settings.Kafka!, outlet, cancellation) : null, triggers);
        }
        catch
        {
            if (triggers is not null) await triggers.DisposeAsync();
            if (store is not null) await store.DisposeAsync();
            await log.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        (Outlet as IDisposable)?.Dispose();
        if (Triggers is not null) await Triggers.DisposeAsync();
        await Log.DisposeAsync();
        await Store.DisposeAsync();
    }
}
