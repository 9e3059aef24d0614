using System.Diagnostics;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Cluster;

/// <summary>Closing and invoicing one account of very many subscriptions by three silos over one process; memory, and ingest meanwhile, beside.</summary>
internal static class LargeAccount
{
    private const double Goal = 0.5, AtOnce = 10_000_000;
    private static readonly string Command = $"{ServedEngine.Close} {Customers.Account(0)}";

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var (subscriptions, records) = options.Quick ? (2_000, 100_000) : (100_000, 600_000);
        var customers = await bench.Outside.OnboardAsync(subscriptions, perAccount: subscriptions);
        var few = await bench.Outside.OnboardAsync(subscriptions / 10, perAccount: subscriptions / 10);
        var pairs = new List<(Closing Cluster, Closing Alone)>();
        Closing? small = null;
        // It takes long: three pairs.
        for (var pair = 0; pair < Math.Min(3, options.Pairs); pair++)
        {
            var alone = await CloseAsync(bench, customers, subscriptions, records, 1);
            pairs.Add((await CloseAsync(bench, customers, subscriptions, records, 3), alone));
            small ??= await CloseAsync(bench, few, subscriptions / 10, records, 3);
            Progress.Say($"  {subscriptions:N0} subscriptions closed and invoiced in {pairs[^1].Cluster.Seconds:0.0} s over {alone.Seconds:0.0} s");
        }

        double Median(Func<(Closing Cluster, Closing Alone), double> of) => Figure.Median([.. pairs.Select(of)]);
        yield return new Figure("account", $"An account of {subscriptions:N0} subscriptions closed and invoiced by 3 silos over one process", "subscriptions/s", [.. pairs.Select(pair => (subscriptions / pair.Cluster.Seconds, subscriptions / pair.Alone.Seconds))], Goal, AtLeast: true,
            [
                ("memory of the silo that grew most, MiB", $"from {Median(pair => pair.Cluster.MiBBefore):0} to {Median(pair => pair.Cluster.MiBPeak):0} at most; a tenth of the account: from {small!.MiBBefore:0} to {small.MiBPeak:0}"),
                ("memory of the one process, MiB", $"from {Median(pair => pair.Alone.MiBBefore):0} to {Median(pair => pair.Alone.MiBPeak):0} at most"),
            ]);
        yield return new Figure("account-ingest", "Ingest by 3 silos while the account is closed, over without", "records/s", [.. pairs.Select(pair => (pair.Cluster.PerSecondMeanwhile, pair.Cluster.PerSecond))], Goal, AtLeast: true, []);
    }

    private static async Task<Closing> CloseAsync(Bench bench, string customers, int subscriptions, int records, int count)
    {
        var topic = await bench.Outside.EmptyTopicAsync(Outside.Partitions);
        var run = new TopicRun(bench.Outside.Kafka.Bootstrap, topic, 0, "", 0) { Database = bench.Outside.CopyDatabase(customers), Subscriptions = subscriptions, Properties = Outside.AnswersAtOnce };
        using var alone = count == 1 ? new ChildProcess(ServedEngine.Kind, run) : null;
        if (alone is not null) await alone.AnswerAsync<string>();
        using var silos = alone is null ? await Silos.StartAsync(run, count) : null;
        IReadOnlyList<ChildProcess> all = alone is not null ? [alone] : [.. silos!.All.Select(silo => silo.Process)];
        // The first batch is for the compiler, the second tells what is normal.
        await IngestAsync(bench, run, topic, records / 3, 1);
        var normal = await IngestAsync(bench, run, topic, records / 3, 2);
        foreach (var process in all) await process.AskAsync<string>($"{ServedEngine.Time} 2026-04-10T00:00:00Z");
        using var watch = new ResidentMemory(all);
        var closing = all[0].AskAsync<ServedEngine.Closed>(Command);
        var meanwhile = alone is null ? await IngestAsync(bench, run, topic, records / 3, 3, closing) : 0;
        var closed = await closing;
        if (closed.Snapshots != subscriptions || closed.Invoices != 1 || closed.Parked != 0) throw new InvalidOperationException($"{closed.Snapshots} snapshots and {closed.Invoices} invoices were made, {closed.Parked} subscriptions parked");
        return new Closing(closed.Seconds, normal, meanwhile, watch.BeforeMiB, watch.PeakMiB);
    }

    // Until all is committed, or what runs beside has ended.
    private static async Task<double> IngestAsync(Bench bench, TopicRun run, string topic, int records, int seed, Task? beside = null)
    {
        using var load = new ChildProcess(LoadGenerator.Kind, new LoadGenerator.Settings(bench.Outside.Kafka.Bootstrap, topic, run.Subscriptions, seed, AtOnce, records / AtOnce));
        await load.AnswerAsync<string>();
        var (before, start) = (await Commits.SumAsync(run.Database), Stopwatch.GetTimestamp());
        await load.TellAsync("go");
        var done = Commits.ReachAsync(run.Database, before + records);
        await (beside is null ? done : Task.WhenAny(done, beside));
        var perSecond = (await Commits.SumAsync(run.Database) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await load.AnswerAsync<double>();
        await done;
        return perSecond;
    }

    private sealed record Closing(double Seconds, double PerSecond, double PerSecondMeanwhile, double MiBBefore, double MiBPeak);
}
