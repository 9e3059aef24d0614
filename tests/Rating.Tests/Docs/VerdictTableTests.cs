using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Domain.Usage;
using Rating.Engine.Partitions;

namespace Rating.Tests.Docs;

/// <summary>docs/verdicts.md, row by row, against the HTTP application with the sample book: statuses, verdicts and reasons, and what becomes of the neighbours.</summary>
public sealed class VerdictTableTests(VerdictWorld shared) : IClassFixture<VerdictWorld>
{
    private const int CasesAtLeast = 110;
    private static readonly Lazy<IReadOnlyDictionary<string, VerdictCase>> Cases = new(VerdictCase.ReadAll);

    public static IEnumerable<object[]> Ids() => Cases.Value.Keys.Select(id => new object[] { id });

    [Fact]
    public void No_row_of_the_page_is_passed_over() => Assert.True(Cases.Value.Count >= CasesAtLeast, $"{Cases.Value.Count} cases, {CasesAtLeast} were there");

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task A_row_gets_the_status_and_the_verdicts_that_the_page_says(string id)
    {
        var row = Cases.Value[id];
        // Cases that move the clock, close a period or read the rows of another case have an installation of their own.
        var isAlone = row.Sample is null || row.After.Length > 0;
        var world = isAlone ? new VerdictWorld() : shared;
        if (isAlone) await world.InitializeAsync();
        try
        {
            if (row.Sample is null) await WithoutSampleAsync(row, world);
            else
            {
                if (row.After == "close-2026-03") await ClosedLongAgoAsync(world);
                else Assert.Equal("", row.After);
                await (row.Where == "import" ? FileAsync(row, world, SampleText.Expand(row.Sample, world.Now)) : RequestAsync(row, world));
            }

            await world.NeighbourIsRatedAsync();
        }
        finally
        {
            if (isAlone) await world.DisposeAsync();
        }
    }

    private static async Task RequestAsync(VerdictCase row, VerdictWorld world)
    {
        var body = SampleText.Expand(row.Sample!, world.Now);
        string? type;
        var headers = new List<(string, string)>();
        switch (row.Where)
        {
            case "single": type = VerdictWorld.Single; break;
            case "batch": type = VerdictWorld.Batch; break;
            case "binary":
                Assert.Equal("http", row.Language);
                (type, body) = Binary(row.Sample!, headers, world.Now);
                break;
            case "`-`": type = null; break;
            case ['`', .. var written, '`']: type = written; break;
            default: throw new InvalidDataException($"{row.Id}: nothing is known that comes as '{row.Where}'");
        }

        IReadOnlyList<int>? malformed = null;
        var entries = await world.ObserveAsync(async () =>
        {
            (var status, malformed) = await world.PostAsync(body, type, headers);
            Assert.Equal(row.Status, status);
        });
        Compare(row.Id, row.Verdicts, row.Where == "batch" ? Elements(body) : [body], entries);
        if (malformed is not null) Assert.Equal(Indexes(row.Verdicts, VerdictReason.Malformed), malformed);
        if (row.Where == "single" && row.Verdicts.Count == 1 && row.After.Length == 0) await AmongNeighboursAsync(row, body, world);
    }

    // What came alone, once more between two good events: it gets the same verdict, and they are rated.
    private static async Task AmongNeighboursAsync(VerdictCase row, byte[] body, VerdictWorld world)
    {
        var text = Encoding.UTF8.GetString(body);
        if (IdOf(body) is { } id) text = text.Replace($"\"{id}\"", $"\"{(id[0] == 'z' ? 'y' : 'z')}{id[1..]}\"", StringComparison.Ordinal);
        var batch = Encoding.UTF8.GetBytes($"[{world.Neighbour()},{text},{world.Neighbour()}]");
        var rated = (Verdict.Rated, VerdictReason.None);
        var entries = await world.ObserveAsync(async () => Assert.Equal(202, (await world.PostAsync(batch, VerdictWorld.Batch)).Status));
        Compare($"{row.Id} among neighbours", [rated, row.Verdicts[0], rated], Elements(batch), entries);
    }

    private static async Task FileAsync(VerdictCase row, VerdictWorld world, byte[] content)
    {
        IReadOnlyList<int> refused = [];
        long received = -1;
        var entries = await world.ObserveAsync(async () => (received, refused, _) = await world.ImportAsync(row.Id, content));
        Assert.Equal(row.Verdicts.Count, received);
        Assert.Equal(Text(row.Verdicts.Order()), Text(entries.Select(entry => (entry.Verdict, entry.Reason)).Order()));
        // The samples have no header: row 0 is line 1.
        Assert.Equal(Indexes(row.Verdicts, VerdictReason.Malformed).Select(index => index + 1), refused);
    }

    private static async Task WithoutSampleAsync(VerdictCase row, VerdictWorld world)
    {
        var march = """{"specversion":"1.0","source":"https://test.example","id":"ID","type":"fax.sent","subject":"fax-acme","time":"2026-03-20T10:00:00Z","data":{"pages":1}}""";
        switch (row.Id)
        {
            case "late":
                world.Now = Instant.FromUtc(2026, 4, 3, 0, 0);
                await world.CloseAsync("2026-04-01");
                await RequestAsync(row with { Sample = march.Replace("ID", row.Id, StringComparison.Ordinal), After = "close" }, world);
                break;
            case "too-old-forgotten":
                // The hour is seen on 25 March; 36 days of ingest time later its ids are forgotten. No period is closed.
                var first = march.Replace("ID", "first-of-its-hour", StringComparison.Ordinal);
                await RequestAsync(row with { Id = "first-of-its-hour", Verdicts = [(Verdict.Rated, VerdictReason.None)], Sample = first, After = "time" }, world);
                world.Now += Duration.FromDays(35);
                await RequestAsync(row with { Id = "last-day", Verdicts = [(Verdict.Rated, VerdictReason.None)], Sample = march.Replace("ID", "last-day", StringComparison.Ordinal), After = "time" }, world);
                world.Now += Duration.FromDays(1);
                await RequestAsync(row with { Sample = first, After = "time" }, world);
                break;
            case "csv-utf16":
                var rows = Cases.Value["csv-no-line-end"];
                await FileAsync(row, world, [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(rows.Sample!)]);
                // The other byte order, where its calls are not known yet.
                await using (var other = new VerdictWorld())
                {
                    await other.InitializeAsync();
                    await FileAsync(row, other, [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(rows.Sample!)]);
                }

                break;
            case "csv-again":
                var known = Cases.Value["csv-no-line-end"];
                var bytes = Encoding.UTF8.GetBytes(known.Sample!);
                await FileAsync(known, world, bytes);
                var passedOver = false;
                Assert.Empty(await world.ObserveAsync(async () => (_, _, passedOver) = await world.ImportAsync("another-name", bytes)));
                Assert.True(passedOver);
                Assert.Empty(row.Verdicts);
                break;
            default:
                throw new InvalidDataException($"{row.Id} has no sample, and this test does not know what to do for it");
        }
    }

    private static async Task ClosedLongAgoAsync(VerdictWorld world)
    {
        world.Now = Instant.FromUtc(2026, 4, 3, 0, 0);
        await world.CloseAsync("2026-04-01");
        world.Now = Instant.FromUtc(2026, 4, 24, 10, 0) + Duration.FromMilliseconds(1);
    }

    private static (string? Type, byte[] Body) Binary(string sample, List<(string, string)> headers, Instant now)
    {
        var blank = sample.IndexOf("\n\n", StringComparison.Ordinal);
        string? type = null;
        foreach (var line in sample[..blank].Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (name.Equals("content-type", StringComparison.OrdinalIgnoreCase)) type = value;
            else headers.Add((name, value));
        }

        return (type, SampleText.Expand(sample[(blank + 2)..], now));
    }

    // Which verdict belongs to which event: malformed ones have no id in the ledger, the others are found by theirs, repeated ones in order.
    private static void Compare(string id, IReadOnlyList<(Verdict Verdict, VerdictReason Reason)> expected, List<byte[]> events, IReadOnlyList<LedgerEntry> entries)
    {
        Assert.True(Text(expected.Order()) == Text(entries.Select(entry => (entry.Verdict, entry.Reason)).Order()), $"{id}: the page says {Text(expected)}, the engine {Text(entries.Select(entry => (entry.Verdict, entry.Reason)))}");
        if (expected.Count == 0) return;
        Assert.Equal(expected.Count, events.Count);
        var byId = entries.Where(entry => entry.Reason != VerdictReason.Malformed).GroupBy(entry => entry.Record.Id, StringComparer.Ordinal).ToDictionary(group => group.Key, group => new Queue<LedgerEntry>(group), StringComparer.Ordinal);
        for (var i = 0; i < expected.Count; i++)
        {
            if (expected[i].Reason == VerdictReason.Malformed) continue;
            // In binary mode the id is a header: there is one event.
            var entry = events.Count == 1 ? entries[0] : byId[IdOf(events[i])!].Dequeue();
            Assert.True(expected[i] == (entry.Verdict, entry.Reason), $"{id}: event {i} is {entry.Verdict}({entry.Reason}), the page says {expected[i]}");
        }
    }

    private static List<byte[]> Elements(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 1000 });
            return document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray().Select(one => JsonMarshal.GetRawUtf8Value(one).ToArray())] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string? IdOf(byte[] text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
    }

    private static IEnumerable<int> Indexes(IReadOnlyList<(Verdict Verdict, VerdictReason Reason)> verdicts, VerdictReason reason) =>
        Enumerable.Range(0, verdicts.Count).Where(index => verdicts[index].Reason == reason);

    private static string Text(IEnumerable<(Verdict Verdict, VerdictReason Reason)> verdicts) => string.Join(", ", verdicts.Select(one => $"{one.Verdict}({one.Reason})"));
}
