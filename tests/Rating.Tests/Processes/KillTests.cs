using System.Collections.Concurrent;
using System.Text;
using Xunit.Abstractions;

namespace Rating.Tests.Processes;

/// <summary>kill -9 of the real process at random moments: what is run again comes to the same end as what nobody disturbed.</summary>
[Collection("processes")]
public sealed class KillTests(KillWorld world, ITestOutputHelper output) : IClassFixture<KillWorld>
{
    private const int Kinds = 3;
    private readonly StringBuilder _told = new();

    public static TheoryData<int> Rounds => [.. Enumerable.Range(0, KillWorld.Rounds)];

    [ProcessTheory]
    [MemberData(nameof(Rounds))]
    public async Task What_is_killed_and_run_again_ends_as_if_nobody_had_killed_it(int round)
    {
        try
        {
            var random = new Random(world.Seed + round);
            // Rounds of a kind divide its duration among them, so that few rounds, too, meet its beginning, middle and end.
            var (kind, part, parts) = (round % Kinds, round / Kinds, (KillWorld.Rounds - round % Kinds + Kinds - 1) / Kinds);
            var fraction = (part + random.NextDouble()) / parts;
            switch (kind)
            {
                case 0:
                    Check(ImportIsKilled(round, fraction, random));
                    break;
                case 1:
                    await ServerIsKilledAsync(round, fraction, random);
                    break;
                default:
                    Check(CloseIsKilled(round, fraction, random));
                    break;
            }
        }
        catch (Exception wrong)
        {
            throw new Xunit.Sdk.XunitException($"RATING_SEED={world.Seed} RATING_ROUNDS={KillWorld.Rounds}, round {round}\n{_told}\n{wrong}", wrong);
        }

        output.WriteLine(_told.ToString());
    }

    /// <summary>P2, seen from outside: a producer remembers what was acknowledged up to the kill, and sends it again.</summary>
    [ProcessTheory]
    [InlineData(40)]
    [InlineData(300)]
    public async Task What_was_acknowledged_before_a_kill_is_a_duplicate_after_it(int acknowledgements)
    {
        var data = world.BeforeImport($"acknowledged-{acknowledgements}");
        var acknowledged = new ConcurrentBag<string>();
        var count = 0;
        using var client = new HttpClient { Timeout = Until.Patience };
        var (server, url) = await RatingProcess.ServeAsync(data);
        using (server)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(producer => Task.Run(async () =>
            {
                for (var number = 0; ; number++)
                {
                    var batch = "[" + string.Join(',', Enumerable.Range(0, 20).Select(one => ProcessData.Event($"{producer}-{number}-{one}"))) + "]";
                    if (!await PostAsync(client, url, batch)) return;
                    acknowledged.Add(batch);
                    if (Interlocked.Increment(ref count) == acknowledgements) server.KillAtOnce();
                }
            })));
            server.MustEnd(128 + 9);
        }

        (server, url) = await RatingProcess.ServeAsync(data);
        using (server)
        {
            foreach (var batch in acknowledged) Assert.True(await PostAsync(client, url, batch), $"{server}");
            server.Terminate(0);
        }

        var verdicts = RatingProcess.Json("reconcile", "--data", data).GetProperty("verdicts");
        Assert.True(acknowledged.Count >= acknowledgements);
        Assert.Equal(acknowledged.Count * 20L, verdicts.GetProperty("duplicate").GetInt64());
        RatingProcess.Run(0, "audit", "--data", data);
        output.WriteLine($"{acknowledged.Count * 20} acknowledged, {verdicts}");
    }

    private string ImportIsKilled(int round, double fraction, Random random)
    {
        string data;
        var took = world.ImportTook;
        for (var attempt = 0; ; attempt++)
        {
            data = world.BeforeImport($"round-{round}-{attempt}");
            if (Killed(fraction * took, out var ran, world.Import(data))) break;
            took = Sooner(attempt, took, ran);
        }

        if (random.Next(2) == 0) Killed(random.NextDouble() * took, out _, world.Import(data));
        Finish(data);
        return data;
    }

    private async Task ServerIsKilledAsync(int round, double fraction, Random random)
    {
        string data;
        var took = world.ServedImportTook;
        for (var attempt = 0; ; attempt++)
        {
            data = world.BeforeImport($"round-{round}-{attempt}");
            if (await ServerKilledAsync(data, fraction * took) is not { } ran) break;
            took = Sooner(attempt, took, ran);
        }

        if (random.Next(2) == 0) await ServerKilledAsync(data, random.NextDouble() * took);
        var (server, _) = await RatingProcess.ServeAsync(data);
        using (server)
        {
            Finish(data);
            Check(data);
            server.Terminate(0);
        }
    }

    private string CloseIsKilled(int round, double fraction, Random random)
    {
        string data;
        var took = world.CloseTook;
        for (var attempt = 0; ; attempt++)
        {
            data = world.AfterImport($"round-{round}-{attempt}");
            if (Killed(fraction * took, out var ran, KillWorld.Close(data))) break;
            took = Sooner(attempt, took, ran);
        }

        if (random.Next(2) == 0) Killed(random.NextDouble() * took, out _, KillWorld.Close(data));
        return data;
    }

    private bool Killed(TimeSpan moment, out TimeSpan ran, params string[] arguments)
    {
        using var process = RatingProcess.Start(arguments);
        var killed = process.KillAt(moment);
        ran = process.Ran;
        Tell($"{(killed ? "killed" : "not killed, it was done")}: {process}");
        return killed;
    }

    // Null when the server was killed within the import; else how long that took.
    private async Task<TimeSpan?> ServerKilledAsync(string data, TimeSpan moment)
    {
        var (server, _) = await RatingProcess.ServeAsync(data);
        using (server)
        {
            using var import = RatingProcess.Start(world.Import(data));
            if (import.EndsBefore(moment))
            {
                import.MustEnd(0);
                server.Kill();
                Tell($"not killed, it was done: {import}");
                return import.Ran;
            }

            server.Kill();
            // It may have been done in that moment; else it says that nobody answers, by itself.
            var code = import.MustEnd();
            Tell($"server killed after {moment.TotalMilliseconds:0} ms: {import}");
            Assert.True(code is 0 or 3, $"The import whose server was killed ended with {code}.\n{import}");
            return code == 0 ? import.Ran : null;
        }
    }

    // The machine was slower when the undisturbed run was measured.
    private static TimeSpan Sooner(int attempt, TimeSpan took, TimeSpan ran)
    {
        Assert.True(attempt < 8, "It is always done before it can be killed.");
        return ran < took ? ran : took * 0.9;
    }

    private void Finish(string data)
    {
        var counted = RatingProcess.Json(world.Import(data));
        var file = counted.GetProperty("files")[0];
        Tell($"run again: received {counted.GetProperty("received")}, {counted.GetProperty("verdicts")}");
        // Everything was sent, and only the mark "read whole" may have come before the kill.
        Assert.Equal(file.GetProperty("passedOver").GetBoolean() ? 0 : world.Received, counted.GetProperty("received").GetInt64());
    }

    private void Check(string data)
    {
        RatingProcess.Run(0, KillWorld.Close(data));
        var (counts, invoices) = KillWorld.Results(data);
        var expected = world.Undisturbed;
        // A row that was sent again is a duplicate; one that the reader refused has no identity and is refused again.
        Assert.Equal(expected with { Duplicate = 0, Rejected = 0 }, counts with { Duplicate = 0, Rejected = 0 });
        Assert.True(counts.Duplicate >= expected.Duplicate && counts.Rejected >= expected.Rejected, $"{counts}, not at least {expected}");
        Assert.Equal(world.Invoices.Keys, invoices.Keys);
        foreach (var (number, json) in world.Invoices) Assert.Equal(json, invoices[number]);
    }

    private static async Task<bool> PostAsync(HttpClient client, string url, string batch)
    {
        try
        {
            using var content = new StringContent(batch, Encoding.UTF8, "application/cloudevents-batch+json");
            using var response = await client.PostAsync($"{url}/v1/events", content);
            return response.IsSuccessStatusCode;
        }
        catch (Exception gone) when (gone is HttpRequestException or System.Net.Sockets.SocketException)
        {
            return false; // the server is gone
        }
    }

    private void Tell(string what) => _told.Append(what).Append('\n');
}
