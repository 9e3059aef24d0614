using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NodaTime.Text;
using Rating.Domain;
using Rating.Engine;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;
using Rating.Server.Hosting;

namespace Rating.Loadtest.Pipeline;

/// <summary>A server in a process of its own, as <c>rating serve</c> on Kafka and PostgreSQL, alone or in a cluster: it answers over HTTP, and does what it is told.</summary>
internal sealed class ServedEngine
{
    public const string Kind = "served";

    /// <summary>Asks for running charges, and how soon a record is in them, for so many milliseconds.</summary>
    public const string Probe = "probe";

    /// <summary>Asks for running charges wherever the subscriptions are, for so many milliseconds; and counts the partitions of other silos that are asked for them.</summary>
    public const string Ask = "ask";

    /// <summary>Tells how many records have been rated.</summary>
    public const string Rated = "rated";

    /// <summary>Makes it this instant.</summary>
    public const string Time = "time";

    /// <summary>Closes and bills an account, wherever its address is.</summary>
    public const string Close = "close";

    private readonly TopicRun _run;
    private readonly Installation _here;
    private int _nextVisible;

    private ServedEngine(TopicRun run, Installation here) => (_run, _here) = (run, here);

    public static async Task ChildAsync(TopicRun run)
    {
        var clock = new FixedClock();
        var settings = run.CheckpointMillis == 0 ? Outside.Settings : Outside.Settings with { CheckpointEvery = TimeSpan.FromMilliseconds(run.CheckpointMillis) };
        var here = new Installation(await Outside.OpenLogAsync(run, run.Topic), await Outside.OpenStoreAsync(run.Database), settings, clock, Customers.Tenant, Seller.None)
        {
            Cluster = run.IsSilo ? Outside.ClusterOn(run.Database) : null,
        };
        await using var host = await RatingHost.StartAsync(here, "http://127.0.0.1:0", verbose: false, default);
        await host.Loaded;
        Children.Say(host.Url);
        var engine = new ServedEngine(run, here);
        while (await Children.AskedAsync() is { } line)
            switch (line.Split(' '))
            {
                case [Probe, var millis]: Children.Say(await engine.ProbeAsync(int.Parse(millis, CultureInfo.InvariantCulture))); break;
                case [Ask, var millis]: Children.Say(await engine.AskAsync(int.Parse(millis, CultureInfo.InvariantCulture))); break;
                case [Rated]: Children.Say((await here.Engine.StatusAsync(default)).Sum(partition => partition.Position)); break;
                case [Time, var at]: clock.At = InstantPattern.General.Parse(at).Value; Children.Say(at); break;
                case [Close, var account]: Children.Say(await engine.CloseAsync(new AccountId(account))); break;
                default: throw new ArgumentException($"{line}: not known");
            }
    }

    private async Task<Probed> ProbeAsync(int millis)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        // The last subscription is the probe's own.
        var (balances, visible) = (new BalanceProbe(_here.Engine, _run.Subscriptions - 1), new VisibleProbe(_here.Engine, _run.Subscriptions - 1, _nextVisible));
        await Task.Delay(millis);
        var used = (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / millis;
        var lag = (await _here.Engine.StatusAsync(default)).Sum(partition => partition.End - partition.Position);
        var probed = new Probed(balances.Stop(), visible.Stop(), used, lag);
        _nextVisible = visible.Next;
        return probed;
    }

    private async Task<Asked> AskAsync(int millis)
    {
        using var asks = new PartitionAsks();
        var (random, took) = (new Random(Environment.ProcessId), new List<double>());
        for (var from = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(from).TotalMilliseconds < millis;)
        {
            var start = Stopwatch.GetTimestamp();
            await _here.Engine.BalanceDocumentAsync(Customers.Tenant, new SubscriptionId(Customers.Id(random.Next(_run.Subscriptions))), default);
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Thread.Sleep(1);
        }

        return new Asked(took, asks.Count);
    }

    private async Task<Closed> CloseAsync(AccountId account)
    {
        var start = Stopwatch.GetTimestamp();
        using var outcome = JsonDocument.Parse(await _here.Engine.CloseDocumentAsync(Customers.Tenant, account, null, null, default));
        int Count(string of) => outcome.RootElement.GetProperty(of).GetArrayLength();
        return new Closed(Stopwatch.GetElapsedTime(start).TotalSeconds, outcome.RootElement.GetProperty("snapshotCount").GetInt32(), Count("invoices"), Count("parked"));
    }

    /// <summary>What a probe found.</summary>
    /// <param name="Balances">Running charges, asked for a millisecond apart.</param>
    /// <param name="Visible">From handing a record to the intake until the running charge has it.</param>
    /// <param name="Processors">How many processors the process used.</param>
    /// <param name="Lag">How many records were in the log and not in the totals, at the end.</param>
    internal sealed record Probed(Latencies Balances, Latencies Visible, double Processors, long Lag);

    /// <summary>Running charges that were asked for: how long each took, and how many partitions of other silos this one asked meanwhile, also for reads that came to it from elsewhere.</summary>
    internal sealed record Asked(List<double> Millis, long Elsewhere);

    /// <summary>What a close took.</summary>
    internal sealed record Closed(double Seconds, int Snapshots, int Invoices, int Parked);
}
