using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rating.Domain;
using Rating.Engine;
using Rating.Server.Api;

namespace Rating.Server.Hosting;

/// <summary>The engine with its HTTP API in this process: what <c>serve</c> runs for long, and every other command for a moment when no server holds the data folder.</summary>
internal sealed class RatingHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Installation _installation;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TelemetryExport? _telemetry;
    private readonly StatusWatch? _watch;

    private RatingHost(WebApplication app, Installation installation, bool watches)
    {
        (_app, _installation) = (app, installation);
        _telemetry = TelemetryExport.Start(installation.Telemetry);
        if (watches) _watch = new StatusWatch(installation, app.Logger);
        Loaded = Task.CompletedTask;
    }

    /// <summary>Where it answers.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Done when all partitions are loaded; failed when they cannot be.</summary>
    public Task Loaded { get; private set; }

    /// <summary>Starts to answer at once, and loads the engine behind.</summary>
    /// <param name="installation">Log, store and settings. The host disposes the engine, log and store at its end.</param>
    /// <param name="url">A loopback address; port 0 takes a free one.</param>
    /// <param name="verbose">Whether to log to the error output.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<RatingHost> StartAsync(Installation installation, string url, bool verbose, CancellationToken cancellation)
    {
        var app = Build(installation, url, verbose);
        var host = new RatingHost(app, installation, watches: verbose);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException wrong)
        {
            await host.DisposeAsync();
            throw new Unavailable($"The address {url} cannot be served on: {wrong.Message}", wrong);
        }

        // Served on all addresses, it is found on this machine's own.
        host.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal).Replace("//[::]:", "//[::1]:", StringComparison.Ordinal);
        host.Loaded = Task.Run(() => host.LoadAsync(app.Logger), CancellationToken.None);
        return host;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Requests end first, then the partitions; the log and the store last.
        await _app.StopAsync();
        await _stopping.CancelAsync();
        await Loaded.ContinueWith(_ => { }, TaskScheduler.Default);
        if (_watch is not null) await _watch.DisposeAsync();
        await _installation.DisposeAsync();
        await _app.DisposeAsync();
        _telemetry?.Dispose();
        _stopping.Dispose();
    }

    private async Task LoadAsync(ILogger logger)
    {
        try
        {
            await _installation.LoadAsync(logger, _stopping.Token);
            ServerLog.Ready(logger);
        }
        catch (Exception wrong) when (!_stopping.IsCancellationRequested)
        {
            ServerLog.NotLoaded(logger, wrong);
            throw;
        }
    }

    private static WebApplication Build(Installation installation, string url, bool verbose)
    {
        var address = installation.Reach.Parse(url);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        if (verbose)
        {
            if (installation.Telemetry.Logs == LogFormat.Json) builder.Logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
            else builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "));
            TelemetryExport.AddLogs(builder.Logging, installation.Telemetry);
            builder.Logging.Configure(_ => { }).AddFilter("Microsoft", LogLevel.Warning);
            builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address);
            kestrel.AddServerHeader = false;
            // RequestBody refuses what is larger than RequestBytesMax. Up to here the rest is read and thrown away, so that the sender gets the answer and not a broken connection.
            kestrel.Limits.MaxRequestBodySize = 8L * Limits.RequestBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
            kestrel.Limits.MaxConcurrentConnections = 1_000;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        });
        builder.Services.AddOpenApi("v1", OpenApiPage.Configure);
        builder.Services.AddSingleton(installation);
        builder.Services.AddScoped(services => new Caller(services.GetRequiredService<Installation>().Tenant));
        var app = builder.Build();
        app.Use(TelemetryExport.NameRequest);
        app.Use(Problems.Handle);
        app.Use(installation.Reach.Guard);
        app.UseRouting();
        Routes.Map(app);
        return app;
    }
}
