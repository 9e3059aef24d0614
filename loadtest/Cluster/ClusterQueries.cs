using System.Diagnostics;
using System.Globalization;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Cluster;

/// <summary>Running charges through any of three silos while they work at 70 % of what they can at most; usage is keyed by subscription.</summary>
internal static class ClusterQueries
{
    private const int Count = 3;
    private const double Share = 0.7, GoalMs = 5, TimesIdle = 3, AtOnce = 10_000_000;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var (seconds, batch) = options.Quick ? (3, 150_000) : (6, 300_000);
        var topic = await bench.Outside.EmptyTopicAsync(Outside.Partitions);
        var run = new TopicRun(bench.Outside.Kafka.Bootstrap, topic, 0, "", 0)
        {
            Database = bench.Outside.CopyDatabase(await bench.CustomersAsync()), Subscriptions = bench.Subscriptions, Properties = Outside.AnswersAtOnce,
        };
        using var silos = await Silos.StartAsync(run, Count);
        LoadGenerator.Settings Load(int seed, double perSecond, double howLong) => new(bench.Outside.Kafka.Bootstrap, topic, bench.Subscriptions, seed, perSecond, howLong) { IsKeyedBySubscription = true };
        // The first batch is for the compiler.
        var maximum = 0.0;
        for (var turn = 0; turn < 3; turn++)
        {
            using var load = new ChildProcess(LoadGenerator.Kind, Load(500 + turn, AtOnce, batch / AtOnce));
            await load.AnswerAsync<string>();
            var (before, start) = (await Commits.SumAsync(run.Database), Stopwatch.GetTimestamp());
            await load.TellAsync("go");
            await Commits.ReachAsync(run.Database, before + batch);
            maximum = batch / Stopwatch.GetElapsedTime(start).TotalSeconds;
            await load.AnswerAsync<double>();
            Progress.Say($"  {batch:N0} records drained by {Count} silos at {maximum:0} records/s");
        }

        var pairs = new List<(Asked Idle, Asked Loaded)>();
        await AskAsync(silos, run, seconds);
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var idle = await AskAsync(silos, run, seconds);
            using var load = new ChildProcess(LoadGenerator.Kind, Load(1000 + pair, maximum * Share, seconds + 1.5));
            await load.AnswerAsync<string>();
            await load.TellAsync("go");
            await Task.Delay(1_000);
            pairs.Add((idle, await AskAsync(silos, run, seconds)));
            var reached = await load.AnswerAsync<double>();
            Progress.Say($"  at {reached:0} records/s of at most {maximum:0}: {pairs[^1].Loaded.Inside} ms; idle {idle.Inside} ms; {idle.AsksPerRead:0.000} partitions elsewhere asked per read");
        }

        string Text(Func<(Asked Idle, Asked Loaded), Latencies> of) => string.Create(CultureInfo.InvariantCulture,
            $"{Figure.Median([.. pairs.Select(pair => of(pair).P50)]):0.000}, {Figure.Median([.. pairs.Select(pair => of(pair).P99)]):0.000}, {pairs.Max(pair => of(pair).Max):0.0} ({pairs.Sum(pair => of(pair).Count)} of them)");
        yield return new Figure("cluster-balance", "Running charge p99 through any of 3 silos at 70 % load, over the larger of 5 ms and 3 x idle p99", "ms", [.. pairs.Select(pair => (pair.Loaded.Inside.P99, Math.Max(GoalMs, TimesIdle * pair.Idle.Inside.P99)))], 1, AtLeast: false,
            [
                ("load", $"{Share:0 %} of {maximum:0} records/s by all silos together"), ("through a silo: p50, p99, max ms", Text(pair => pair.Loaded.Inside)), ("through a silo, idle", Text(pair => pair.Idle.Inside)),
                ("over HTTP of a random silo: p50, p99, max ms", Text(pair => pair.Loaded.Http)), ("over HTTP, idle", Text(pair => pair.Idle.Http)),
                ("partitions of other silos asked per read, once it is where the subscription is: idle, loaded", $"{Figure.Median([.. pairs.Select(pair => pair.Idle.AsksPerRead)]):0.000}, {Figure.Median([.. pairs.Select(pair => pair.Loaded.AsksPerRead)]):0.000}"),
            ]);
    }

    private static async Task<Asked> AskAsync(Silos silos, TopicRun run, int seconds)
    {
        using var stop = new CancellationTokenSource();
        var http = Task.Run(() => AskAsync(silos, run, stop.Token));
        var all = await Task.WhenAll(silos.All.Select(silo => silo.Process.AskAsync<ServedEngine.Asked>(string.Create(CultureInfo.InvariantCulture, $"{ServedEngine.Ask} {seconds * 1000}"))));
        await stop.CancelAsync();
        var (inside, outside) = (Latencies.Of([.. all.SelectMany(one => one.Millis)]), await http);
        return new Asked(inside, outside, (double)all.Sum(one => one.Elsewhere) / (inside.Count + outside.Count));
    }

    private static async Task<Latencies> AskAsync(Silos silos, TopicRun run, CancellationToken stop)
    {
        var (random, millis) = (new Random(12), new List<double>());
        while (!stop.IsCancellationRequested)
        {
            var silo = silos.All[random.Next(silos.All.Count)];
            var start = Stopwatch.GetTimestamp();
            await silo.Http.GetByteArrayAsync(new Uri($"/v1/subscriptions/{Customers.Id(random.Next(run.Subscriptions))}/balance", UriKind.Relative), CancellationToken.None);
            millis.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(5, CancellationToken.None);
        }

        return Latencies.Of(millis);
    }

    private sealed record Asked(Latencies Inside, Latencies Http, double AsksPerRead);
}
