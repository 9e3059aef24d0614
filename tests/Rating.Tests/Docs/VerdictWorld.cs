using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Partitions;
using Rating.Engine.Store;
using Rating.Server.Cdr;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Rating.Server.Files;
using Rating.Server.Hosting;
using Rating.Server.Importing;
using Rating.Tests.Contracts;
using Rating.Tests.Engine;

namespace Rating.Tests.Docs;

/// <summary>The real HTTP application in this process, with the sample price book and customers and a clock that the test sets.</summary>
public sealed class VerdictWorld : IAsyncLifetime, IAsyncDisposable
{
    public const string Single = "application/cloudevents+json", Batch = "application/cloudevents-batch+json";
    private static readonly TenantId Tenant = new("default");
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly MemoryUsageLog _log;
    private readonly MemoryRatingStore _store;
    private readonly SettableClock _clock = new(Instant.FromUtc(2026, 3, 25, 12, 0));
    private RatingClient _client = null!;
    private Installation _installation = null!;
    private RatingHost _host = null!;
    private int _neighbours;

    public VerdictWorld()
    {
        var settings = new RatingSettings();
        (_log, _store) = (new MemoryUsageLog(settings.Partitions), new MemoryRatingStore(settings.Partitions));
    }

    internal Instant Now
    {
        get => _clock.GetCurrentInstant();
        set => _clock.Set(value);
    }

    public async Task InitializeAsync()
    {
        _installation = new Installation(_log, _store, new RatingSettings(), _clock, Tenant, Seller.None);
        _host = await RatingHost.StartAsync(_installation, "http://127.0.0.1:0", verbose: false, default);
        await _host.Loaded;
        (_client, _http.BaseAddress) = (new RatingClient(_host.Url), new Uri(_host.Url));
        var samples = Path.Combine(DocumentPage.Root, "samples");
        await _client.SendJsonAsync(HttpMethod.Put, "/v1/catalog", CatalogFile.Read(Path.Combine(samples, "price-book.yaml")), default);
        await OnboardCommand.OnboardAsync(_client, CustomersFile.Read(Path.Combine(samples, "customers.csv")), default);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _client.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Does something, and returns every verdict that came of it; received = decided afterwards, or the case fails.</summary>
    internal async Task<IReadOnlyList<LedgerEntry>> ObserveAsync(Func<Task> act)
    {
        var before = await PlacesAsync();
        var waited = (await SuspendedAsync(), (await CountsAsync()).Verdicts);
        await act();
        await _installation.Engine.CaughtUpAsync(default);
        var entries = new List<LedgerEntry>();
        for (var partition = 0; partition < before.Length; partition++)
        {
            var last = new SortedDictionary<long, LedgerEntry>();
            await foreach (var block in _store.ReadLedgerAsync(partition, 0, null, default))
                foreach (var entry in LedgerBlocks.Read(block, _ => Currency.Of("EUR")))
                    if (entry.Position >= before[partition]) last[entry.Position] = entry;
            var end = await _log.EndAsync(partition, default);
            Assert.Equal(end - before[partition], last.Count);
            entries.AddRange(last.Values);
        }

        var counts = await CountsAsync();
        Assert.Equal((0L, counts.Received), (counts.Difference, counts.Decided));
        // The counts and the suspense list tell the same story as the ledger.
        Assert.Equal(entries.Count, counts.Verdicts.Sum - waited.Verdicts.Sum);
        Assert.Equal(entries.Count(entry => entry.Verdict == Verdict.Rated), counts.Verdicts.Rated - waited.Verdicts.Rated);
        Assert.Equal(entries.Count(entry => entry.Verdict == Verdict.Rejected), counts.Verdicts.Rejected - waited.Verdicts.Rejected);
        Assert.Equal(entries.Count(entry => entry.Verdict == Verdict.Suspended), await SuspendedAsync() - waited.Item1);
        return entries;
    }

    /// <summary>Posts to /v1/events.</summary>
    /// <returns>The status, and the indexes of malformed events that the receipt names; null without a receipt.</returns>
    internal async Task<(int Status, IReadOnlyList<int>? Malformed)> PostAsync(byte[] body, string? contentType, IEnumerable<(string Name, string Value)>? headers = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = new ByteArrayContent(body) };
        // A body that is too large is refused before it is sent: without this, sending breaks off.
        request.Headers.ExpectContinue = body.Length > Limits.RequestBytesMax;
        if (contentType is not null) Assert.True(request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType));
        foreach (var (name, value) in headers ?? []) Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var status = (int)response.StatusCode;
        if (status != 202)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            return (status, null);
        }

        return (status, [.. JsonDocument.Parse(text).RootElement.GetProperty("malformed").EnumerateArray().Select(one => one.GetProperty("index").GetInt32())]);
    }

    /// <summary>Posts a body of blanks as a raw client does: it writes on, and does not wait for leave.</summary>
    internal async Task<int> PostRawAsync(int length, bool isLengthKnown)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_http.BaseAddress!.Host, _http.BaseAddress.Port);
        await using var stream = socket.GetStream();
        var head = $"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {Single}\r\n{(isLengthKnown ? $"Content-Length: {length}" : "Transfer-Encoding: chunked")}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        var answer = ReadStatusAsync(stream);
        var block = new byte[10_000];
        Array.Fill(block, (byte)' ');
        try
        {
            for (var sent = 0; sent < length && !answer.IsCompleted; sent += block.Length)
            {
                if (!isLengthKnown) await stream.WriteAsync(Encoding.ASCII.GetBytes($"{block.Length:x}\r\n"));
                await stream.WriteAsync(block);
                if (!isLengthKnown) await stream.WriteAsync("\r\n"u8.ToArray());
            }
        }
        catch (IOException)
        {
            // The server has answered, and hung up.
        }

        return await answer;
    }

    private static async Task<int> ReadStatusAsync(NetworkStream stream)
    {
        var line = new byte[12];
        await stream.ReadExactlyAsync(line);
        return int.Parse(Encoding.ASCII.GetString(line)[9..], CultureInfo.InvariantCulture);
    }

    /// <summary>Imports a file as <c>rating import --map asterisk</c> does, passing over one that is known.</summary>
    /// <returns>How many rows were received, and the lines that were refused.</returns>
    internal async Task<(long Received, IReadOnlyList<int> Refused, bool PassedOver)> ImportAsync(string name, byte[] content)
    {
        var path = _folder.File(name + ".csv");
        await File.WriteAllBytesAsync(path, content);
        var run = new ImportRun(_client, CdrMap.Load("asterisk"), null);
        if (await run.FindAsync(path, default) is not null) return (0, [], true);
        var (_, refused) = await run.ReadAsync(path, _ => { }, default);
        await run.DecidedAsync(default);
        IReadOnlyList<int> lines = refused is null ? [] : [.. File.ReadLines(refused).Skip(1).Where(line => line.Length > 0 && char.IsAsciiDigit(line[0])).Select(line => int.Parse(line[..line.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture))];
        Assert.Equal(lines.Count, run.Refused);
        return (run.Received, lines, false);
    }

    /// <summary>Closes all periods that end by a day.</summary>
    internal Task CloseAsync(string through) => CloseCommand.CloseAsync(_client, null, null, through, (_, _) => { }, default);

    /// <summary>A good event, of an id that no other has, and of now.</summary>
    internal string Neighbour() =>
        $$$"""{"specversion":"1.0","source":"https://neighbour.example","id":"good-{{{Interlocked.Increment(ref _neighbours)}}}","type":"fax.sent","subject":"fax-acme","data":{"pages":1}}""";

    /// <summary>A good event is taken and rated, whatever came before.</summary>
    internal async Task NeighbourIsRatedAsync()
    {
        var entries = await ObserveAsync(async () => Assert.Equal(202, (await PostAsync(Encoding.UTF8.GetBytes(Neighbour()), Single)).Status));
        Assert.Equal(Verdict.Rated, Assert.Single(entries).Verdict);
    }

    private Task<ReconciliationDocument> CountsAsync() => _client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default);

    private async Task<long> SuspendedAsync() => (await _client.GetAsync<SuspenseDocument>("/v1/suspense", default)).Groups.Sum(group => group.Count);

    private async Task<long[]> PlacesAsync()
    {
        var ends = new long[_log.Partitions];
        for (var partition = 0; partition < ends.Length; partition++) ends[partition] = await _log.EndAsync(partition, default);
        return ends;
    }
}
