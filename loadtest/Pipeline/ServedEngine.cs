using System.Globalization;
using Rating.Engine;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;
using Rating.Server.Hosting;

namespace Rating.Loadtest.Pipeline;

/// <summary>A server in a process of its own, as <c>rating serve</c> on Kafka and PostgreSQL: it answers over HTTP, and asks itself for running charges when it is told to.</summary>
internal static class ServedEngine
{
    public const string Kind = "served";

    /// <summary>Probes for so many milliseconds.</summary>
    public const string Probe = "probe";

    public static async Task ChildAsync(TopicRun run)
    {
        var installation = new Installation(await Outside.OpenLogAsync(run, run.Topic), await Outside.OpenStoreAsync(run.Database), Outside.Settings, new FixedClock(), Customers.Tenant, Seller.None);
        await using var host = await RatingHost.StartAsync(installation, "http://127.0.0.1:0", verbose: false, default);
        await host.Loaded;
        Children.Say(host.Url);
        for (var next = 0; await Children.AskedAsync() is { } line;)
        {
            if (line.Split(' ') is not [Probe, var millis]) throw new ArgumentException($"{line}: not known");
            var cpu = Environment.CpuUsage.TotalTime;
            // The last subscription is the probe's own.
            var (balances, visible) = (new BalanceProbe(installation.Engine, run.Subscriptions - 1), new VisibleProbe(installation.Engine, run.Subscriptions - 1, next));
            await Task.Delay(int.Parse(millis, CultureInfo.InvariantCulture));
            var used = (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / double.Parse(millis, CultureInfo.InvariantCulture);
            var lag = await LagAsync(installation.Engine);
            Children.Say(new Probed(balances.Stop(), visible.Stop(), used, lag));
            next = visible.Next;
        }
    }

    private static async Task<long> LagAsync(RatingEngine engine) => (await engine.StatusAsync(default)).Sum(partition => partition.End - partition.Position);

    /// <summary>What a probe found.</summary>
    /// <param name="Balances">Running charges, asked for a millisecond apart.</param>
    /// <param name="Visible">From handing a record to the intake until the running charge has it.</param>
    /// <param name="Processors">How many processors the process used.</param>
    /// <param name="Lag">How many records were in the log and not in the totals, at the end.</param>
    internal sealed record Probed(Latencies Balances, Latencies Visible, double Processors, long Lag);
}
