using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Partitions;
using Rating.Engine.Store;
using Rating.Server.Commands;
using Rating.Server.Files;
using Rating.Server.Hosting;
using Rating.Tests.Engine;

namespace Rating.Tests.Server;

/// <summary>The server in this process on a free port, over a log and a store in memory, with the sample provider's price book and customers.</summary>
public sealed class RunningServer : IAsyncLifetime, IDisposable
{
    internal static readonly string Root = FindRoot();
    internal static readonly string Samples = Path.Combine(Root, "samples");
    private readonly MemoryUsageLog _log = new(4);
    private readonly MemoryRatingStore _store = new(4);
    private RatingHost? _host;

    internal SettableClock Clock { get; } = new(Instant.FromUtc(2026, 4, 5, 9, 0));

    internal HttpClient Http { get; private set; } = null!;

    internal RatingClient Client { get; private set; } = null!;

    private TimeSpan? CalendarEvery { get; init; }

    internal static async Task<RunningServer> StartAsync(Instant? now = null, TimeSpan? calendarEvery = null)
    {
        var server = new RunningServer { CalendarEvery = calendarEvery };
        if (now is { } moment) server.Clock.Set(moment);
        await server.InitializeAsync();
        return server;
    }

    public async Task InitializeAsync()
    {
        var installation = new Installation(_log, _store, new RatingSettings(), Clock, new TenantId("default"), new Seller("Northwind Voice", ["Musterallee 1"])) { CalendarEvery = CalendarEvery };
        _host = await RatingHost.StartAsync(installation, "http://127.0.0.1:0", verbose: false, CancellationToken.None);
        await _host.Loaded;
        Http = new HttpClient { BaseAddress = new Uri(_host.Url) };
        Client = new RatingClient(_host.Url);
        await Client.SendJsonAsync(HttpMethod.Put, "/v1/catalog", CatalogFile.Read(Path.Combine(Samples, "price-book.yaml")), CancellationToken.None);
        await OnboardCommand.OnboardAsync(Client, CustomersFile.Read(Path.Combine(Samples, "customers.csv")), CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        Dispose();
        if (_host is not null) await _host.DisposeAsync();
    }

    public void Dispose()
    {
        Http.Dispose();
        Client.Dispose();
    }

    internal Task<(HttpStatusCode Status, JsonNode? Body)> PostAsync(string type, string body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, "/v1/events", type, Encoding.UTF8.GetBytes(body), headers);

    internal async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string type, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        if (type != "-") request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode < 500, $"{path} answered {(int)response.StatusCode}: {text}");
        if ((int)response.StatusCode >= 400) Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Where each partition's log ends.</summary>
    internal async Task<long[]> EndsAsync()
    {
        var ends = new long[_log.Partitions];
        for (var i = 0; i < ends.Length; i++) ends[i] = await _log.EndAsync(i, CancellationToken.None);
        return ends;
    }

    /// <summary>What became of everything after these ends, once all of it is decided.</summary>
    internal async Task<List<(Verdict Verdict, VerdictReason Reason)>> VerdictsAfterAsync(long[] ends)
    {
        var now = await EndsAsync();
        await Client.GetAsync<JsonNode>($"/v1/receipts/{string.Join('_', now.Select((end, partition) => $"{partition}.{end}"))}?wait=60", CancellationToken.None);
        var entries = new Dictionary<(int, long), LedgerEntry>();
        for (var i = 0; i < ends.Length; i++)
            await foreach (var block in _store.ReadLedgerAsync(i, 0, null, CancellationToken.None))
                foreach (var entry in LedgerBlocks.Read(block, _ => Currency.Of("EUR")))
                    if (entry.Position >= ends[i]) entries[(i, entry.Position)] = entry;
        Assert.Equal(now.Sum() - ends.Sum(), entries.Count);
        return [.. entries.Values.Select(entry => (entry.Verdict, entry.Reason))];
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rating.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
