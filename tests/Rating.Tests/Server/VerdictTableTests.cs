using System.Text;
using NodaTime;
using Rating.Server.Cdr;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Rating.Server.Importing;
using Rating.Tests.Contracts;

namespace Rating.Tests.Server;

/// <summary>docs/verdicts.md, row by row: what each kind of bad input gets.</summary>
public sealed class VerdictTableTests(RunningServer shared) : IClassFixture<RunningServer>
{
    private const string Closed = "after=close-2026-03";

    public static TheoryData<string> HttpCases => [.. VerdictCase.All.Where(one => one.Where != "import" && !IsOfTime(one)).Select(one => one.Id)];

    public static TheoryData<string> FileCases => [.. VerdictCase.All.Where(one => one.Where == "import" && one.Id is not ("csv-again" or "csv-utf16")).Select(one => one.Id)];

    [Fact]
    public void The_page_has_its_cases() => Assert.True(VerdictCase.All.Count > 90, $"only {VerdictCase.All.Count} rows were found");

    [Theory]
    [MemberData(nameof(HttpCases))]
    public Task Over_http(string id) => PostAsync(shared, Case(id));

    [Theory]
    [MemberData(nameof(FileCases))]
    public async Task From_a_file(string id)
    {
        using var folder = new TemporaryFolder();
        var one = Case(id);
        await File.WriteAllBytesAsync(folder.File("rows.csv"), one.Bytes(shared.Clock.GetCurrentInstant()));
        await ImportAsync(one, folder.File("rows.csv"));
    }

    [Fact]
    public async Task A_file_in_utf16_is_read_as_such()
    {
        using var folder = new TemporaryFolder();
        var rows = Encoding.UTF8.GetString(Case("csv-no-line-end").Bytes(shared.Clock.GetCurrentInstant())).Replace(".902", ".802", StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.File("rows.csv"), rows, Encoding.Unicode);
        await ImportAsync(Case("csv-utf16"), folder.File("rows.csv"));
    }

    [Fact]
    public async Task A_file_that_was_read_whole_is_recognised_by_its_content_under_any_name()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("a.csv"), Case("csv-crlf").Bytes(shared.Clock.GetCurrentInstant()));
        File.Copy(folder.File("a.csv"), folder.File("b.csv"));
        var run = new ImportRun(shared.Client, CdrMap.BuiltIn("asterisk"), "again");
        Assert.Null(await run.FindAsync(folder.File("a.csv"), CancellationToken.None));
        await run.ReadAsync(folder.File("a.csv"), _ => { }, CancellationToken.None);
        Assert.Equal("a.csv", (await run.FindAsync(folder.File("b.csv"), CancellationToken.None))?.Name);
        Assert.Null(await new ImportRun(shared.Client, CdrMap.BuiltIn("asterisk"), "other source").FindAsync(folder.File("b.csv"), CancellationToken.None));
    }

    [Fact]
    public async Task Late_usage_of_a_closed_period_is_late()
    {
        await using var own = new Owned(await RunningServer.StartAsync(Instant.FromUtc(2026, 4, 5, 9, 0)));
        await CloseMarchAsync(own.Server);
        await PostAsync(own.Server, Case("late") with { Sample = Fax("late") });
    }

    [Fact]
    public async Task Usage_of_a_closed_period_is_too_old_after_the_late_window()
    {
        await using var own = new Owned(await RunningServer.StartAsync(Instant.FromUtc(2026, 4, 5, 9, 0)));
        await CloseMarchAsync(own.Server);
        own.Server.Clock.Set(Instant.FromUtc(2026, 6, 5, 9, 0));
        await PostAsync(own.Server, Case("too-old-sealed"));
    }

    [Fact]
    public async Task Usage_of_a_forgotten_hour_is_too_old()
    {
        await using var own = new Owned(await RunningServer.StartAsync(Instant.FromUtc(2026, 3, 20, 12, 0)));
        // The same hour in the same partition, long before.
        Assert.Equal(202, (int)(await own.Server.PostAsync("application/cloudevents+json", Fax("seen-first"))).Status);
        own.Server.Clock.Set(Instant.FromUtc(2026, 4, 26, 12, 0));
        await PostAsync(own.Server, Case("too-old-forgotten") with { Sample = Fax("too-old-forgotten") });
    }

    private static string Fax(string id) =>
        $$$"""{"specversion":"1.0","source":"https://test.example","id":"{{{id}}}","type":"fax.sent","subject":"fax-acme","time":"2026-03-20T10:00:00Z","data":{"pages":1}}""";

    private static VerdictCase Case(string id) => VerdictCase.All.Single(one => one.Id == id);

    private static bool IsOfTime(VerdictCase one) => one.Id is "late" or "too-old-sealed" or "too-old-forgotten" || one.Info?.Contains(Closed, StringComparison.Ordinal) == true;

    private static Task<CloseOutcomeDocument> CloseMarchAsync(RunningServer server) => CloseCommand.CloseAsync(server.Client, null, null, "2026-04-01", (_, _) => { }, CancellationToken.None);

    private static async Task PostAsync(RunningServer server, VerdictCase one)
    {
        var before = await server.EndsAsync();
        var body = one.Bytes(server.Clock.GetCurrentInstant());
        var headers = new List<(string, string)>();
        var type = one.Where switch { "single" => "application/cloudevents+json", "batch" => "application/cloudevents-batch+json", _ => one.Where };
        if (one.Where == "binary")
        {
            var text = Encoding.UTF8.GetString(body);
            var end = text.IndexOf("\n\n", StringComparison.Ordinal);
            headers.AddRange(text[..end].Split('\n').Select(line => (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())));
            type = headers.FirstOrDefault(header => header.Item1.Equals("content-type", StringComparison.OrdinalIgnoreCase)).Item2 ?? "application/json";
            body = Encoding.UTF8.GetBytes(text[(end + 2)..]);
        }

        var (status, answer) = await server.SendAsync(HttpMethod.Post, "/v1/events", type, body, [.. headers]);
        Assert.Equal(one.Status, $"{(int)status}");
        if (status == System.Net.HttpStatusCode.Accepted)
        {
            Assert.Equal(one.TakesNothing ? 0 : one.Verdicts.Length, (int)answer!["received"]!);
            Assert.Equal(one.Reasons.Select((reason, i) => (reason, i)).Where(pair => pair.reason == "Malformed").Select(pair => pair.i), answer["malformed"]!.AsArray().Select(malformed => (int)malformed!["index"]!));
        }

        await MatchAsync(server, one, before);
    }

    private async Task ImportAsync(VerdictCase one, string file)
    {
        var before = await shared.EndsAsync();
        var run = new ImportRun(shared.Client, CdrMap.BuiltIn("asterisk"), null);
        await run.ReadAsync(file, _ => { }, CancellationToken.None);
        Assert.Equal(one.TakesNothing ? 0 : one.Verdicts.Length, run.Received);
        Assert.Equal(one.Reasons.Contains("Malformed"), File.Exists(file + ".refused.csv"));
        await MatchAsync(shared, one, before);
    }

    private static async Task MatchAsync(RunningServer server, VerdictCase one, long[] before)
    {
        var expected = one.TakesNothing ? [] : one.Verdicts.Zip(one.Reasons, (verdict, reason) => $"{verdict}({(reason == "-" ? "None" : reason)})").Order(StringComparer.Ordinal).ToList();
        var found = (await server.VerdictsAfterAsync(before)).Select(entry => $"{entry.Verdict}({entry.Reason})").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, found);
    }

    private sealed class Owned(RunningServer server) : IAsyncDisposable
    {
        public RunningServer Server { get; } = server;

        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }
}
