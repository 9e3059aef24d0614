using System.Globalization;
using System.Text.Json.Nodes;
using Rating.Tests.Contracts;
using Rating.Tests.Server;

namespace Rating.Tests.Processes;

/// <summary>SIGKILL during an import, at some moment after usage has begun to reach the disk: run again, nothing is lost and nothing counts twice.</summary>
public sealed class KilledImportTests : IDisposable
{
    private const int Rows = 60_000;
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    private string File => _folder.File("calls.csv");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public async Task An_import_that_was_killed_is_run_again(int writes)
    {
        await PrepareAsync();
        using (var import = RatingProcess.Start("import", File, "--map", "generic", "--data", Data))
        {
            await WritesAsync(writes);
            await import.KillAsync();
        }

        await RunAgainAsync();
    }

    [Fact]
    public async Task A_server_that_was_killed_during_an_import_is_started_again()
    {
        await PrepareAsync();
        using (var server = RatingProcess.Start("serve", "--data", Data, "--urls", "http://127.0.0.1:0"))
        {
            await CommandTests.UrlAsync(server);
            using var import = RatingProcess.Start("import", File, "--map", "generic", "--data", Data);
            await WritesAsync(4);
            await server.KillAsync();
            var (exitCode, _, errors) = await import.EndAsync();
            Assert.True(exitCode == 3, $"exit {exitCode}: {errors}");
        }

        await RunAgainAsync();
    }

    private async Task PrepareAsync()
    {
        var start = new DateTime(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc);
        await System.IO.File.WriteAllLinesAsync(File, Enumerable.Range(0, Rows).Select(i =>
        {
            var time = start.AddSeconds(i * 30).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            return $"row-{i},{time},{time},49302312500{1 + i % 4},4940669691{i % 100:00},60";
        }).Prepend("id,start,answered,caller,called,seconds"));
        Assert.Equal(0, (await RatingProcess.RunAsync("catalog", "put", Path.Combine(RunningServer.Samples, "price-book.yaml"), "--data", Data)).ExitCode);
        Assert.Equal(0, (await RatingProcess.RunAsync("onboard", Path.Combine(RunningServer.Samples, "customers.csv"), "--data", Data)).ExitCode);
    }

    // The import has begun when its log grows: the watcher tells, no clock.
    private async Task WritesAsync(int count)
    {
        using var watcher = new FileSystemWatcher(Data, "log.db*") { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size };
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = count * 20;
        watcher.Changed += (_, _) =>
        {
            if (Interlocked.Decrement(ref left) == 0) seen.TrySetResult();
        };
        watcher.EnableRaisingEvents = true;
        await seen.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private async Task RunAgainAsync()
    {
        var (exitCode, output, errors) = await RatingProcess.RunAsync("import", File, "--map", "generic", "--data", Data, "--json");
        Assert.True(exitCode == 0, errors);
        Assert.Equal(Rows, (long)JsonNode.Parse(output)!["received"]!);
        var report = JsonNode.Parse((await RatingProcess.RunAsync("reconcile", "--data", Data, "--json")).Output)!;
        Assert.Equal(0, (long)report["difference"]!);
        Assert.Equal(Rows, (long)report["verdicts"]!["rated"]!);
        Assert.Equal((long)report["received"]! - Rows, (long)report["verdicts"]!["duplicate"]!);
        // Only then it says that it knows the file.
        Assert.True((bool)JsonNode.Parse((await RatingProcess.RunAsync("import", File, "--map", "generic", "--data", Data, "--json")).Output)!["files"]![0]!["passedOver"]!);
        var audit = await RatingProcess.RunAsync("audit", "--data", Data);
        Assert.True(audit.ExitCode == 0, audit.Output);
    }
}
