using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rating.Engine;
using Rating.Server.Commands;
using Xunit.Abstractions;

namespace Rating.Orleans.Tests.Processes;

/// <summary>Real processes of one cluster that are killed, frozen, added and restarted under load. Each test ends with the auditor.</summary>
/// <remarks><c>RATING_CLUSTER_ROUNDS</c> sets how often silos are killed (2 unless set; 20 for the figures of docs/operations.md), <c>RATING_CLUSTER_SUBSCRIPTIONS</c> how large the account is that is closed.</remarks>
[Collection(ClusterCollection.Name)]
public sealed class ClusterFaultTests(ClusterServers servers, ITestOutputHelper output)
{
    // A checkpoint under an epoch that was over when it was committed.
    private const string StaleCommits = "SELECT count(*) FROM rating.checkpoint a JOIN rating.checkpoint b ON b.partition = a.partition AND b.number > a.number AND b.epoch < a.epoch";

    private static int Rounds => Number("RATING_CLUSTER_ROUNDS", 2);

    private static int Subscriptions => Number("RATING_CLUSTER_SUBSCRIPTIONS", 1_500);

    [ClusterFact]
    public async Task A_silo_that_is_killed_under_load_is_replaced_by_the_others_and_nothing_is_lost()
    {
        using var world = await ClusterWorld.MakeAsync(servers);
        await world.StartAsync(3);
        await world.OnboardAsync();
        using var stop = new CancellationTokenSource();
        var load = world.LoadAsync(stop.Token);
        var gaps = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            var victim = world.Take(round % 3);
            victim.Server.KillAtOnce();
            gaps.Add(await world.ServedAsync());
            victim.Dispose();
            await world.StartAsync(1);
        }

        await stop.CancelAsync();
        await load;
        Say("kill -9", gaps);
        Assert.Equal(0L, world.Sql(StaleCommits));
        await world.MustBeSoundAsync();
    }

    [ClusterFact]
    public async Task A_silo_that_is_frozen_until_it_is_declared_dead_commits_nothing_when_it_wakes()
    {
        using var world = await ClusterWorld.MakeAsync(servers);
        await world.StartAsync(3);
        await world.OnboardAsync();
        using var stop = new CancellationTokenSource();
        var load = world.LoadAsync(stop.Token);
        await world.SendAsync(500);
        var frozen = world.Take(1);
        frozen.Server.Freeze();
        var gap = await world.ServedAsync();
        // Calls that wait for it when it wakes: what it has in its memory is over.
        using var http = new HttpClient();
        var queued = Enumerable.Range(0, 20).Select(i => AnswerAsync(http, $"{frozen.Url}/v1/subscriptions/a{i:000}-s/balance")).ToList();
        await world.SendAsync(500);
        frozen.Server.Thaw();
        // Orleans ends a silo that finds itself declared dead; whatever supervises it starts it again.
        var code = frozen.Server.MustEnd();
        await Task.WhenAll(queued);
        frozen.Dispose();
        await stop.CancelAsync();
        await load;
        Say("SIGSTOP", [gap]);
        output.WriteLine($"the woken silo ended with {code}");
        Assert.Equal(0L, world.Sql(StaleCommits));
        await world.MustBeSoundAsync();
    }

    [ClusterFact]
    public async Task All_silos_killed_during_a_close_go_on_with_it_and_each_subscription_has_one_snapshot()
    {
        using var world = await ClusterWorld.MakeAsync(servers);
        await world.StartAsync(3);
        await world.OnboardAsync();
        var csv = new StringBuilder("account,account_name,subscription,plan,start,time_zone,quantities,numbers\n");
        for (var i = 0; i < Subscriptions; i++) csv.Append(CultureInfo.InvariantCulture, $"giant,Giant,g{i:00000},team,2026-03-01,Europe/Berlin,seats=1;channels=1;numbers=1,49399{i:000000}\n");
        await world.CustomersAsync(csv.ToString());
        await world.SendAsync(500);
        await world.CaughtUpAsync();
        var close = TryCloseAsync(world.Any.Url);
        while ((long)world.Sql("SELECT count(*) FROM rating.snapshot")! == 0 && !close.IsCompleted) await Task.Yield();
        foreach (var node in world.Nodes) node.Server.KillAtOnce();
        Assert.False(await close);
        foreach (var node in world.Nodes) node.Dispose();
        world.Nodes.Clear();
        var closedBefore = (long)world.Sql("SELECT count(*) FROM rating.snapshot")!;
        await world.StartAsync(3);
        // Asked for by two at once, through different silos.
        await Task.WhenAll(CloseAsync(world.Nodes[0].Url), CloseAsync(world.Nodes[1].Url));
        output.WriteLine($"snapshots when all were killed: {closedBefore} of {Subscriptions + world.Accounts}");
        Assert.Equal(Subscriptions + world.Accounts, (long)world.Sql("SELECT count(*) FROM rating.snapshot WHERE kind = 'period'")!);
        Assert.Equal(Subscriptions + world.Accounts, (long)world.Sql("SELECT count(DISTINCT subscription) FROM rating.snapshot WHERE kind = 'period'")!);
        Assert.Equal(1 + world.Accounts, (long)world.Sql("SELECT count(*) FROM rating.invoice")!);
        await world.MustBeSoundAsync();
    }

    [ClusterFact]
    public async Task A_silo_killed_between_invoice_and_outbox_leaves_both_or_none()
    {
        using var world = await ClusterWorld.MakeAsync(servers, accounts: 6);
        await world.StartAsync(1, new Dictionary<string, string> { ["RATING_KILL_AT"] = "invoices.during:3" });
        await world.OnboardAsync();
        await world.SendAsync(300);
        await world.CaughtUpAsync();
        // Nothing is due then; but the tenant's grain is now in the silo that will die.
        await CloseAsync(world.Any.Url, "2026-02-01");
        await world.StartAsync(2);
        var doomed = world.Take(0);
        // Asked of a silo that lives: it asks again where the grain is then, and whoever asked does not notice.
        await CloseAsync(world.Any.Url);
        await doomed.Server.KilledAsync();
        doomed.Dispose();
        Assert.Equal((long)world.Accounts, world.Sql("SELECT count(*) FROM rating.invoice"));
        Assert.Equal((long)world.Accounts, world.Sql("SELECT count(*) FROM rating.outbox WHERE topic = 'invoice.finalised'"));
        await world.MustBeSoundAsync();
    }

    [ClusterFact]
    public async Task Silos_are_added_and_restarted_one_by_one_under_load_and_redo_nothing()
    {
        using var world = await ClusterWorld.MakeAsync(servers, partitions: 16);
        await world.StartAsync(3);
        await world.OnboardAsync();
        using var stop = new CancellationTokenSource();
        var load = world.LoadAsync(stop.Token);
        await world.StartAsync(1);
        var gaps = new List<TimeSpan>();
        for (var round = 0; round < 3; round++)
        {
            var old = world.Take(0);
            old.Server.SendTerminate();
            gaps.Add(await world.ServedAsync());
            old.Server.MustEnd(0);
            MustHaveRedoneNothing(old);
            old.Dispose();
            await world.StartAsync(1);
        }

        await stop.CancelAsync();
        await load;
        Say("graceful stop", gaps);
        foreach (var node in world.Nodes) MustHaveRedoneNothing(node);
        await world.MustBeSoundAsync();
    }

    [ClusterFact]
    public async Task A_cluster_goes_on_when_its_database_comes_back()
    {
        var own = new ClusterServers();
        await own.InitializeAsync();
        try
        {
            using var world = await ClusterWorld.MakeAsync(own);
            await world.StartAsync(3);
            await world.OnboardAsync();
            using var stop = new CancellationTokenSource();
            var load = world.LoadAsync(stop.Token);
            await world.SendAsync(500);
            own.Postgres.Crash();
            own.Postgres.Up();
            await world.SendAsync(500);
            await stop.CancelAsync();
            await load;
            await world.MustBeSoundAsync();
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    private static void MustHaveRedoneNothing(ClusterNode node)
    {
        var handed = node.Server.Error.Split('\n').Where(line => line.Contains("was handed over", StringComparison.Ordinal)).ToList();
        Assert.All(handed, line => Assert.EndsWith(": 0 records are redone", line, StringComparison.Ordinal));
    }

    private static async Task<string> AnswerAsync(HttpClient http, string url)
    {
        try
        {
            using var answer = await http.GetAsync(url);
            return answer.StatusCode.ToString();
        }
        catch (Exception gone) when (gone is HttpRequestException or System.Net.Sockets.SocketException)
        {
            return gone.Message;
        }
    }

    private static async Task CloseAsync(string url, string through = "2026-04-01")
    {
        using var client = new RatingClient(url);
        await client.SendAsync(HttpMethod.Post, "/v1/close", new { through }, default);
    }

    private static async Task<bool> TryCloseAsync(string url)
    {
        try
        {
            await CloseAsync(url);
            return true;
        }
        catch (Unavailable)
        {
            return false;
        }
    }

    private void Say(string what, List<TimeSpan> gaps)
    {
        gaps.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"time without service after {what}: median {gaps[gaps.Count / 2].TotalSeconds:0.00} s, most {gaps[^1].TotalSeconds:0.00} s, {gaps.Count} rounds"));
    }

    private static int Number(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
