using Rating.Domain;
using Rating.Engine;
using Rating.Server.Documents;
using Rating.Server.Hosting;
using Rating.Sqlite;

namespace Rating.Server.Commands;

/// <summary>The way from a command to the engine. There is one: HTTP.</summary>
/// <remarks>
/// A server that holds the data folder is asked over HTTP. When none does, this process opens the folder, starts the engine with the same HTTP application on a free loopback port, and asks itself.
/// Two ways, one through objects and one through HTTP, would be two sets of mistakes; the detour costs some milliseconds per command, and every command tests the API.
/// </remarks>
internal sealed class Connection : IAsyncDisposable
{
    private readonly FolderHost? _own;

    private Connection(RatingClient client, FolderHost? own) => (Client, _own) = (client, own);

    /// <summary>The API.</summary>
    public RatingClient Client { get; }

    /// <summary>Connects.</summary>
    /// <param name="at">Which data folder or server, and whose data.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Refused"><c>tenant.other</c>: the server serves another tenant.</exception>
    /// <exception cref="Unavailable">The server does not answer, or another command holds the folder.</exception>
    public static async Task<Connection> OpenAsync(Place at, CancellationToken cancellation)
    {
        var connection = at.Url is { } url ? new Connection(new RatingClient(url), null) : await OpenFolderAsync(at, cancellation);
        try
        {
            var status = await connection.Client.GetAsync<StatusDocument>("/v1/status", cancellation);
            if (status.Tenant != at.Tenant) throw new Refused("tenant.other", $"The server at {connection.Client.Url} serves tenant '{status.Tenant}', not '{at.Tenant}'.");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_own is not null) await _own.DisposeAsync();
    }

    private static async Task<Connection> OpenFolderAsync(Place at, CancellationToken cancellation)
    {
        FolderHost own;
        try
        {
            own = await FolderHost.OpenAsync(at.Data, "http://127.0.0.1:0", new TenantId(at.Tenant), serve: false, verbose: false, cancellation);
        }
        catch (Refused locked) when (locked.Code == "data.locked")
        {
            return DataFolder.ReadServer(at.Data) is { } server
                ? new Connection(new RatingClient(server.Url), null)
                : throw new Unavailable(locked.Message);
        }

        try
        {
            await own.Host.Loaded.WaitAsync(cancellation);
        }
        catch
        {
            await own.DisposeAsync();
            throw;
        }

        return new Connection(new RatingClient(own.Host.Url), own);
    }
}
