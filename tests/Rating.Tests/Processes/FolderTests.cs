using System.Text;
using System.Text.Json;
using Rating.Engine.Store;
using Rating.Sqlite;
using Rating.Tests.Contracts;
using Xunit.Abstractions;

namespace Rating.Tests.Processes;

/// <summary>One process holds a data folder; others go through it or are told who it is; it stops in order, and leaves nothing behind when it is killed.</summary>
public sealed class FolderTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Data => _folder.File("data");

    private string Calls
    {
        get
        {
            var calls = _folder.File("calls.csv");
            if (!File.Exists(calls)) File.WriteAllText(calls, ProcessData.Calls(7, 20, 3_000));
            return calls;
        }
    }

    [ProcessFact]
    public async Task A_second_server_on_a_folder_is_refused_and_commands_go_through_the_first()
    {
        var (server, url) = await RatingProcess.ServeAsync(Data);
        using (server)
        {
            var second = RatingProcess.Run(1, "serve", "--data", Data, "--urls", "http://127.0.0.1:0");
            Assert.Contains($"process {server.Id}, a server at {url}", second.Error, StringComparison.Ordinal);

            Assert.Equal(1, RatingProcess.Json("catalog", "put", RatingProgram.Sample("price-book.yaml"), "--data", Data).GetProperty("version").GetInt32());
            RatingProcess.Run(0, "onboard", RatingProgram.Sample("customers.csv"), "--data", Data);
            var imported = RatingProcess.Json("import", Calls, "--map", "asterisk", "--data", Data).GetProperty("received").GetInt64();
            // What the commands did is with the server, and no folder of their own was made.
            using var client = new HttpClient();
            using var report = JsonDocument.Parse(await client.GetStringAsync($"{url}/v1/reconciliation"));
            Assert.Equal(imported, report.RootElement.GetProperty("received").GetInt64());
            Assert.Equal(imported, RatingProcess.Json("reconcile", "--url", url).GetProperty("decided").GetInt64());
            RatingProcess.Run(0, "audit", "--data", Data);
            Assert.Contains($"{server.Id}", await File.ReadAllTextAsync(Path.Combine(Data, "server.json")), StringComparison.Ordinal);
            server.Terminate(0);
        }

        Assert.False(File.Exists(Path.Combine(Data, "server.json")));
        RatingProcess.Run(0, "audit", "--data", Data);
    }

    [ProcessFact]
    public void A_folder_that_a_command_holds_is_unavailable_to_others()
    {
        using (DataFolder.Open(Data))
        {
            // It is no server, so nobody can go through it.
            Assert.Contains("another process", RatingProcess.Run(3, "reconcile", "--data", Data).Error, StringComparison.Ordinal);
            Assert.Equal("unavailable", RatingProcess.Json(3, "import", Calls, "--map", "asterisk", "--data", Data).GetProperty("error").GetProperty("code").GetString());
            Assert.Contains("another process", RatingProcess.Run(1, "serve", "--data", Data, "--urls", "http://127.0.0.1:0").Error, StringComparison.Ordinal);
        }

        RatingProcess.Run(0, "reconcile", "--data", Data);
    }

    [ProcessFact]
    public async Task A_server_that_is_asked_to_stop_stores_what_it_has_applied()
    {
        var (server, url) = await RatingProcess.ServeAsync(Data);
        using (server)
        {
            using var client = new HttpClient();
            // Enough for some checkpoints, and the last records just before the signal: they are applied, and wait for the second's end to be stored.
            for (var batch = 0; batch < 20; batch++) await PostAsync(client, url, batch);
            await Until.SoAsync("no partition has a lag", async () =>
            {
                using var status = JsonDocument.Parse(await client.GetStringAsync($"{url}/v1/status"));
                return status.RootElement.GetProperty("partitions").EnumerateArray().All(partition => partition.GetProperty("lag").GetInt64() == 0);
            });

            server.Terminate(0);
            output.WriteLine($"{server}");
        }

        using (var folder = DataFolder.Open(Data))
        {
            await using var log = folder.OpenLog(4);
            await using var store = folder.OpenStore();
            for (var partition = 0; partition < log.Partitions; partition++)
            {
                long next = 0;
                await foreach (var entry in store.ReadJournalAsync(partition, default))
                {
                    Assert.Equal(next, entry.FirstPosition); // none twice, none left out
                    next = entry.NextPosition;
                }

                Assert.Equal(await log.EndAsync(partition, default), next); // nothing is to be read again
            }
        }

        (server, _) = await RatingProcess.ServeAsync(Data);
        using (server)
        {
            output.WriteLine($"ready again after {server.Ran.TotalMilliseconds:0} ms");
            Assert.Equal(20 * 500, RatingProcess.Json("reconcile", "--data", Data).GetProperty("decided").GetInt64());
            RatingProcess.Run(0, "audit", "--data", Data);
            server.Terminate(0);
        }
    }

    [ProcessFact]
    public async Task A_server_that_is_asked_to_stop_while_usage_streams_in_loses_and_redoes_nothing()
    {
        var (server, url) = await RatingProcess.ServeAsync(Data);
        using (server)
        {
            var import = RatingProcess.Start("import", Calls, "--map", "asterisk", "--data", Data);
            using var client = new HttpClient();
            await PostAsync(client, url, 0);
            server.Terminate(0);
            Assert.True(import.MustEnd() is 0 or 3, $"{import}\n{server}");
            import.Dispose();
        }

        await JournalIsWholeAsync();
        var again = RatingProcess.Json("import", Calls, "--map", "asterisk", "--data", Data);
        Assert.Single(again.GetProperty("files").EnumerateArray());
        RatingProcess.Run(0, "reconcile", "--data", Data);
        RatingProcess.Run(0, "audit", "--data", Data);
        await JournalIsWholeAsync();
    }

    [ProcessFact]
    public async Task An_import_that_is_asked_to_stop_says_so_and_is_run_again()
    {
        // The import reads from a pipe that stays open: it is surely within its work when the signal comes.
        var pipe = _folder.File("pipe.csv");
        using (var made = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"mkfifo '{pipe}'"])) await made.WaitForExitAsync();
        var rows = await File.ReadAllLinesAsync(Calls);
        using (var import = RatingProcess.Start("import", pipe, "--map", "asterisk", "--again", "--data", Data))
        {
            // Opening waits until the import opens it to read.
            await using (var writer = new StreamWriter(new FileStream(pipe, FileMode.Open, FileAccess.Write)))
            {
                import.SendTerminate();
                // More than the pipe holds and than a batch: the import goes on reading, or ends and breaks the pipe.
                await WriteAsync(writer, rows);
            }

            var code = import.MustEnd();
            Assert.True(code == 130, $"{import}");
            Assert.Contains("run the same command again", import.Error, StringComparison.Ordinal);
        }

        await JournalIsWholeAsync();
        var counted = RatingProcess.Json("import", Calls, "--map", "asterisk", "--data", Data);
        Assert.False(counted.GetProperty("files")[0].GetProperty("passedOver").GetBoolean());
        Assert.True(RatingProcess.Json("import", Calls, "--map", "asterisk", "--data", Data).GetProperty("files")[0].GetProperty("passedOver").GetBoolean());
        RatingProcess.Run(0, "audit", "--data", Data);
    }

    [ProcessFact]
    public async Task What_a_killed_server_left_behind_confuses_nobody()
    {
        var (server, url) = await RatingProcess.ServeAsync(Data);
        using (server)
        {
            using var client = new HttpClient();
            await PostAsync(client, url, 0);
            server.Kill();
        }

        Assert.True(File.Exists(Path.Combine(Data, "server.json")));
        Assert.Equal(500, RatingProcess.Json("reconcile", "--data", Data).GetProperty("received").GetInt64());
        Assert.False(File.Exists(Path.Combine(Data, "server.json")));

        // A stale address beside a folder that a command holds: whoever comes must not be sent to the dead server.
        await File.WriteAllTextAsync(Path.Combine(Data, "server.json"), $$"""{"pid":{{server.Id}},"url":"{{url}}"}""");
        using (DataFolder.Open(Data)) Assert.DoesNotContain(url, RatingProcess.Run(3, "reconcile", "--data", Data).Error, StringComparison.Ordinal);
        (server, _) = await RatingProcess.ServeAsync(Data);
        using (server)
        {
            RatingProcess.Run(0, "audit", "--data", Data);
            server.Terminate(0);
        }
    }

    private async Task JournalIsWholeAsync()
    {
        using var folder = DataFolder.Open(Data);
        await using var store = folder.OpenStore();
        for (var partition = 0; partition < 4; partition++)
        {
            CheckpointEntry? before = null;
            await foreach (var entry in store.ReadJournalAsync(partition, default))
            {
                Assert.Equal((before?.Number + 1 ?? 1, before?.NextPosition ?? 0), (entry.Number, entry.FirstPosition));
                before = entry;
            }
        }
    }

    private static async Task PostAsync(HttpClient client, string url, int batch)
    {
        using var content = new StringContent($"[{string.Join(',', Enumerable.Range(0, 500).Select(one => ProcessData.Event($"{batch}-{one}")))}]", Encoding.UTF8, "application/cloudevents-batch+json");
        using var response = await client.PostAsync($"{url}/v1/events", content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task WriteAsync(StreamWriter writer, string[] rows)
    {
        try
        {
            for (var time = 0; time < 20; time++)
                foreach (var row in rows) await writer.WriteLineAsync(row);
            await writer.FlushAsync();
        }
        catch (IOException)
        {
            // The import is gone.
        }
    }
}
