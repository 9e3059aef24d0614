using Rating.Domain;
using Rating.Server.Faults;
using Rating.Sqlite;

namespace Rating.Server.Hosting;

/// <summary>A host over a data folder, which it holds while it lives: the folder has the embedded log and store, or says where they are instead.</summary>
internal sealed class FolderHost : IAsyncDisposable
{
    private readonly DataFolder _folder;

    private FolderHost(DataFolder folder, RatingHost host) => (_folder, Host) = (folder, host);

    /// <summary>The host.</summary>
    public RatingHost Host { get; }

    /// <summary>Opens a folder and starts to answer.</summary>
    /// <param name="path">The data folder; made when there is none.</param>
    /// <param name="url">Where to answer.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="serve">Whether this is a server for others: then the folder says where it answers.</param>
    /// <param name="verbose">Whether to log to the error output.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Refused"><c>data.locked</c>: another process holds the folder; <c>data.elsewhere</c>: its data are in another place than the embedded one.</exception>
    public static Task<FolderHost> OpenAsync(string path, string url, TenantId tenant, bool serve, bool verbose, CancellationToken cancellation) =>
        OpenAsync(path, url, tenant, ServeSettings.Embedded, serve, verbose, cancellation);

    /// <summary>Opens a folder and starts to answer, over the log and the store that the settings name.</summary>
    /// <exception cref="Refused"><c>data.locked</c>: another process holds the folder; <c>data.elsewhere</c>: its data are in another place than the settings say.</exception>
    public static async Task<FolderHost> OpenAsync(string path, string url, TenantId tenant, ServeSettings settings, bool serve, bool verbose, CancellationToken cancellation)
    {
        settings.Reach.Parse(url);
        var folder = DataFolder.Open(path);
        try
        {
            FolderPlaces.Check(folder.Path, settings);
            var installation = new Installation(opening => Backends.OpenAsync(settings, folder, opening), waits: serve && settings.Places != ServeSettings.Embedded.Places, settings.Rating, SteppedClock.FromEnvironment(), tenant, Seller.Read(folder.Path)) { Reach = settings.Reach, CalendarEvery = settings.CalendarEvery, Cluster = settings.Cluster, Telemetry = settings.Telemetry };
            var host = await RatingHost.StartAsync(installation, url, verbose, cancellation);
            if (serve) folder.WriteServer(host.Url);
            return new FolderHost(folder, host);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
    }
}
