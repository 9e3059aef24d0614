using Microsoft.Extensions.Logging.Abstractions;
using Rating.Engine;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;
using Rating.Server.Hosting;

namespace Rating.Loadtest.Cluster;

/// <summary>The numerator of row 3: one silo of the cluster with log and store in memory; only its membership is in a database.</summary>
internal static class MemorySilo
{
    public const string Kind = "memory-silo";

    public static async Task ChildAsync(MemoryRun run)
    {
        var store = await EngineWorld.OnboardedAsync(run.Subscriptions);
        await using var log = new GatedLog(EngineWorld.Settings.Partitions);
        await new UsageMaker(run.Subscriptions, isZipf: false, 3).FillAsync(log, run.Subscriptions + run.Records);
        var installation = new Installation(log, store, EngineWorld.Settings, new FixedClock(), Customers.Tenant, Seller.None) { Cluster = Outside.ClusterOn(run.Membership) };
        await using var engine = await EngineStart.StartAsync(installation, NullLogger.Instance, default);
        await WarmUp.RunAsync(share => RateAsync(share * run.WarmShare));
        Children.Say("ready");
        await Children.AskedAsync();
        Children.Say(await TopicOutcome.OfAsync(run.Records, () => RateAsync(1)));

        async Task RateAsync(double share)
        {
            await log.ShowAsync(share);
            await engine.CaughtUpAsync(default);
        }
    }
}
