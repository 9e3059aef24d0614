using System.Diagnostics;
using System.Globalization;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>Row 4: running charges, and how soon a record is in them, while the server works at 70 % of what it can at most.</summary>
internal static class Queries
{
    private const double Share = 0.7, GoalMs = 5, TimesIdle = 3, GoalVisibleMs = 250, RampSeconds = 1;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var seconds = options.Quick ? 3 : 6;
        var maximum = await bench.MaximumAsync();
        var topic = await bench.Outside.EmptyTopicAsync(Outside.Partitions);
        var run = new TopicRun(bench.Outside.Kafka.Bootstrap, topic, 0, "", 0)
        {
            Database = bench.Outside.CopyDatabase(await bench.CustomersAsync()), Subscriptions = bench.Subscriptions,
            Properties = Outside.AnswersAtOnce,
        };
        using var server = new ChildProcess(ServedEngine.Kind, run);
        var url = await server.AnswerAsync<string>();
        var pairs = new List<Pair>();
        await ProbeAsync(server, url, bench.Subscriptions, seconds);
        // What sends the usage has the same cores: full load is what is rated while as much is sent as can be rated without that.
        var drained = maximum;
        maximum = await FullLoadAsync(bench, server, topic, drained, seconds);
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var idle = await ProbeAsync(server, url, bench.Subscriptions, seconds);
            using var load = new ChildProcess(LoadGenerator.Kind, new LoadGenerator.Settings(bench.Outside.Kafka.Bootstrap, topic, bench.Subscriptions - 1, 1000 + pair, maximum * Share, RampSeconds + seconds + 0.5));
            await load.AnswerAsync<string>();
            await load.TellAsync("go");
            await Task.Delay(TimeSpan.FromSeconds(RampSeconds));
            var loaded = await ProbeAsync(server, url, bench.Subscriptions, seconds);
            pairs.Add(new Pair(idle, loaded, await load.AnswerAsync<double>()));
            Progress.Say($"  at {pairs[^1].PerSecond:0} records/s: {loaded.Server.Balances} ms; idle {idle.Server.Balances} ms; visible {loaded.Server.Visible} ms; lag {loaded.Server.Lag}, {loaded.Server.Processors:0.00} processors");
        }

        string Text(Func<Pair, Latencies> of) => string.Create(CultureInfo.InvariantCulture,
            $"{Figure.Median([.. pairs.Select(pair => of(pair).P50)]):0.000}, {Figure.Median([.. pairs.Select(pair => of(pair).P99)]):0.000}, {pairs.Max(pair => of(pair).Max):0.0} ({pairs.Sum(pair => of(pair).Count)} of them)");
        var load70 = $"{Figure.Median([.. pairs.Select(pair => pair.PerSecond)]):0} records/s, {Share:0 %} of {maximum:0} ({drained:0} when nobody sends meanwhile); behind by {pairs.Max(pair => pair.Loaded.Server.Lag)} records at most; {Figure.Median([.. pairs.Select(pair => pair.Loaded.Server.Processors)]):0.00} processors used by the server";
        yield return new Figure("4", "Running charge p99 at 70 % load, over the larger of 5 ms and 3 x idle p99", "ms", [.. pairs.Select(pair => (pair.Loaded.Server.Balances.P99, Math.Max(GoalMs, TimesIdle * pair.Idle.Server.Balances.P99)))], 1, AtLeast: false,
            [
                ("load", load70), ("in process: p50, p99, max ms", Text(pair => pair.Loaded.Server.Balances)), ("in process, idle", Text(pair => pair.Idle.Server.Balances)),
                ("over HTTP: p50, p99, max ms", Text(pair => pair.Loaded.Http)), ("over HTTP, idle", Text(pair => pair.Idle.Http)),
            ]);
        yield return new Figure("4-visible", "Record to visible p99 at 70 % load (denominator: the goal)", "ms", [.. pairs.Select(pair => (pair.Loaded.Server.Visible.P99, GoalVisibleMs))], 1, AtLeast: false,
            [("p50, p99, max ms", Text(pair => pair.Loaded.Server.Visible)), ("idle", Text(pair => pair.Idle.Server.Visible))]);
    }

    private static async Task<double> FullLoadAsync(Bench bench, ChildProcess server, string topic, double perSecond, int seconds)
    {
        using var load = new ChildProcess(LoadGenerator.Kind, new LoadGenerator.Settings(bench.Outside.Kafka.Bootstrap, topic, bench.Subscriptions - 1, 999, perSecond, seconds));
        await load.AnswerAsync<string>();
        var before = await server.AskAsync<long>(ServedEngine.Rated);
        var start = Stopwatch.GetTimestamp();
        await load.TellAsync("go");
        await load.AnswerAsync<double>();
        var rated = await server.AskAsync<long>(ServedEngine.Rated) - before;
        return rated / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<Probed> ProbeAsync(ChildProcess server, string url, int subscriptions, int seconds)
    {
        using var stop = new CancellationTokenSource();
        var http = Task.Run(() => AskAsync(url, subscriptions, stop.Token));
        var inside = await server.AskAsync<ServedEngine.Probed>(string.Create(CultureInfo.InvariantCulture, $"{ServedEngine.Probe} {seconds * 1000}"));
        await stop.CancelAsync();
        return new Probed(inside, await http);
    }

    private static async Task<Latencies> AskAsync(string url, int subscriptions, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        var (random, millis) = (new Random(12), new List<double>());
        while (!stop.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            await client.GetByteArrayAsync(new Uri($"/v1/subscriptions/{Customers.Id(random.Next(subscriptions))}/balance", UriKind.Relative), CancellationToken.None);
            millis.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Thread.Sleep(5);
        }

        return Latencies.Of(millis);
    }

    private sealed record Probed(ServedEngine.Probed Server, Latencies Http);

    private sealed record Pair(Probed Idle, Probed Loaded, double PerSecond);
}
