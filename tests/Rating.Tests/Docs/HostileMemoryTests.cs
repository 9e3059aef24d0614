using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Rating.Domain;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Rating.Server.Hosting;
using Rating.Tests.Contracts;

namespace Rating.Tests.Docs;

/// <summary>docs/verdicts.md: hostile input does not stay in memory. On a data folder, as <c>serve</c> has it: what is taken is on disk.</summary>
[Collection(nameof(AloneCollection))]
public sealed class HostileMemoryTests
{
    private const int Bodies = 200, BodyBytes = Limits.RequestBytesMax, Malformed = 20_000, MalformedPerBatch = 1_000;

    // 200 x 8 MiB is 1,600 MiB: a fiftieth of it may stay, in pools and for the counts of 20,000 sources.
    private const long GrowthBytesMax = 32L * 1024 * 1024;

    [Fact]
    public async Task Hostile_bodies_and_malformed_events_leave_memory_flat_and_all_that_was_taken_is_counted()
    {
        using var folder = new TemporaryFolder();
        await using var host = await FolderHost.OpenAsync(folder.File("data"), "http://127.0.0.1:0", new TenantId("default"), serve: false, verbose: false, default);
        await host.Host.Loaded;
        using var client = new RatingClient(host.Host.Url);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(host.Host.Url) };
        byte[][] bodies = [Filled("[", "["), Filled("[{\"a\":\"", "x"), Filled("[", "5,"), Filled("[", "{},"), Filled("", " "), Filled("{\"a\":", "{\"a\":")];

        // Once before the measure: pools fill, code is compiled.
        foreach (var body in bodies) Assert.Contains(await PostAsync(http, body), Refusals);
        await MalformedAsync(http, -1);
        await DecidedAsync(client);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < Bodies; i++) Assert.Contains(await PostAsync(http, bodies[i % bodies.Length]), Refusals);
        for (var batch = 0; batch < Malformed / MalformedPerBatch; batch++) await MalformedAsync(http, batch);
        await DecidedAsync(client);

        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(growth <= GrowthBytesMax, $"memory grew by {growth / 1024} KiB; at most {GrowthBytesMax / 1024} KiB may stay");
        var counts = await client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default);
        Assert.Equal((Malformed + MalformedPerBatch, 0L, Malformed + MalformedPerBatch), (counts.Received, counts.Difference, counts.Verdicts.Rejected));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_10_MB_is_refused_with_413_whether_or_not_it_says_how_long_it_is(bool isLengthKnown)
    {
        var world = new VerdictWorld();
        await world.InitializeAsync();
        await using (world)
        {
            Assert.Empty(await world.ObserveAsync(async () => Assert.Equal(413, await world.PostRawAsync(10_000_000, isLengthKnown))));
            await world.NeighbourIsRatedAsync();
        }
    }

    private static readonly HttpStatusCode[] Refusals = [HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge];

    private static byte[] Filled(string start, string repeated)
    {
        var body = new byte[BodyBytes];
        var (head, part) = (Encoding.UTF8.GetBytes(start), Encoding.UTF8.GetBytes(repeated));
        head.CopyTo(body, 0);
        for (var i = head.Length; i < body.Length; i++) body[i] = part[(i - head.Length) % part.Length];
        return body;
    }

    private static async Task MalformedAsync(HttpClient http, int batch)
    {
        var events = Enumerable.Range(0, MalformedPerBatch).Select(i => (i % 4) switch
        {
            0 => $$"""{"specversion":"1.0","source":"https://hostile.example/{{batch}}/{{i}}","type":"fax.sent"}""",
            1 => $$"""{"specversion":"1.0","source":"s","id":"{{batch}}-{{i}}","type":"fax.sent","time":"never","subject":"{{new string('x', 900)}}"}""",
            2 => $"{batch + i}",
            _ => $$"""{"id":"{{batch}}-{{i}}","id":"{{i}}","junk-{{batch}}-{{i}}":[[[]]]}""",
        });
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(http, Encoding.UTF8.GetBytes($"[{string.Join(',', events)}]")));
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(VerdictWorld.Batch);
        using var response = await http.PostAsync(new Uri("/v1/events", UriKind.Relative), content);
        return response.StatusCode;
    }

    // A receipt names the end of the log: when that is decided, all is.
    private static async Task DecidedAsync(RatingClient client)
    {
        var status = await client.GetAsync<StatusDocument>("/v1/status", default);
        var ends = EventReceipt.Text(status.Partitions.Where(one => one.End > 0).ToDictionary(one => one.Partition, one => one.End));
        while (!(await client.GetAsync<ReceiptState>($"/v1/receipts/{ends}?wait=20", default)).Decided)
        {
        }
    }
}
