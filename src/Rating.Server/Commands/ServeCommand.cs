using System.CommandLine;
using Rating.Domain;
using Rating.Server.Hosting;

namespace Rating.Server.Commands;

/// <summary><c>serve</c>: holds a data folder and answers over HTTP until it is stopped.</summary>
internal sealed class ServeCommand : RatingCommand
{
    private const string DefaultUrl = "http://127.0.0.1:8080";
    private readonly Option<string?> _urls = new("--urls") { Description = $"Where to answer, on this machine only [default: {DefaultUrl}].", HelpName = "URL" };
    private readonly Option<string?> _log = new("--log") { Description = "Where the usage log is: sqlite (in the data folder, default) or kafka.", HelpName = "KIND" };
    private readonly Option<string?> _store = new("--store") { Description = "Where everything else is: sqlite (in the data folder, default) or postgres.", HelpName = "KIND" };
    private readonly Option<bool> _cluster = new("--cluster") { Description = "Be one of a cluster: with --log kafka --store postgres (docs/operations.md)." };
    private readonly Option<string?> _config = new("--config") { Description = $"The file of settings [default: {ServeSettings.File} in the working folder, when it is there].", HelpName = "FILE" };

    /// <summary>Makes the command.</summary>
    public ServeCommand()
        : base("serve", "Starts the server: usage in over HTTP, running charges, closing, invoices.", """
            It holds the data folder until it is stopped with Ctrl-C or SIGTERM; other commands on the folder then go through it.
            It is ready when /health/ready answers 200. Put the name and address for your invoices into DIR/seller.txt.

            Example:
              rating serve --data ./data --urls http://127.0.0.1:8080
              curl -H 'Content-Type: application/cloudevents+json' http://127.0.0.1:8080/v1/events \
                -d '{"specversion":"1.0","id":"1","source":"test","type":"sms.sent","subject":"493023125001","time":"2026-03-02T08:00:00Z"}'

            With Kafka and PostgreSQL (docs/serve.md has all settings):
              export RATING__KAFKA__BOOTSTRAPSERVERS=localhost:9092 RATING__POSTGRES__CONNECTIONSTRING='Host=localhost;Database=rating;Username=rating_server'
              rating serve --log kafka --store postgres
            """)
    {
        foreach (var option in new Option[] { _urls, _log, _store, _cluster, _config }) Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var tenant = new TenantId(at.Tenant);
        var settings = ServeSettings.Read(parsed.GetValue(_config), parsed.GetValue(_log), parsed.GetValue(_store), tenant, parsed.GetValue(_cluster));
        await using var own = await FolderHost.OpenAsync(at.Data, parsed.GetValue(_urls) ?? settings.Url ?? DefaultUrl, tenant, settings, serve: true, verbose: true, cancellation);
        terminal.Result(new { url = own.Host.Url, pid = Environment.ProcessId }, _ => Console.Out.WriteLine($"Rating answers at {own.Host.Url} (data in {Path.GetFullPath(at.Data)}; Ctrl-C stops it)"));
        try
        {
            await own.Host.Loaded.WaitAsync(cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Line("Stopping.");
        }

        return ExitCode.Done;
    }
}
