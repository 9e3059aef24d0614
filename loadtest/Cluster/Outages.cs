using System.Diagnostics;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Cluster;

/// <summary>How long a partition commits nothing when a silo is killed, stops, or joins, under load; three silos.</summary>
internal static class Outages
{
    private const int Rounds = 20, Count = 3, CheckpointMillis = 200;
    private const double GoalSeconds = 5, PerSecond = 1_600, LoadSeconds = 600;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var (subscriptions, rounds) = (2_000, options.Quick ? 1 : Rounds);
        var topic = await bench.Outside.EmptyTopicAsync(Outside.Partitions);
        var run = new TopicRun(bench.Outside.Kafka.Bootstrap, topic, 0, "", 0)
        {
            Database = bench.Outside.CopyDatabase(await bench.CustomersAsync(subscriptions)), Subscriptions = subscriptions, CheckpointMillis = CheckpointMillis, Properties = Outside.AnswersAtOnce,
        };
        using var silos = await Silos.StartAsync(run, Count);
        using var load = new ChildProcess(LoadGenerator.Kind, new LoadGenerator.Settings(bench.Outside.Kafka.Bootstrap, topic, subscriptions, 77, PerSecond, LoadSeconds));
        await load.AnswerAsync<string>();
        await load.TellAsync("go");
        await using var commits = await Commits.OfAsync(run.Database);
        await commits.AllMovedAsync(Stopwatch.GetTimestamp());
        commits.Begin();
        await Task.Delay(3_000);
        var quiet = commits.Longest().TotalSeconds;
        var (killed, stopped, added) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            await silos.ReplaceFallenAsync();
            killed.Add(await OutageAsync(commits, () =>
            {
                silos.Kill(silos.All[round % Count]);
                return Task.CompletedTask;
            }));
            added.Add(await OutageAsync(commits, silos.AddAsync));
            stopped.Add(await OutageAsync(commits, () => silos.StopAsync(silos.All[round % Count])));
            added.Add(await OutageAsync(commits, silos.AddAsync));
            Progress.Say($"  without a commit: killed {killed[^1]:0.00} s, stopped {stopped[^1]:0.00} s, added {added[^2]:0.00} and {added[^1]:0.00} s; otherwise {quiet:0.00} s");
        }

        load.Kill();
        foreach (var (row, what, all) in new[] { ("outage-kill", "kill -9", killed), ("outage-stop", "a graceful stop", stopped), ("outage-add", "an added silo", added) })
            yield return new Figure(row, $"Time without a commit of a partition after {what}, over {GoalSeconds:0} s", "s", [.. all.Select(seconds => (seconds, GoalSeconds))], 1, AtLeast: false,
                [("p50, max s", $"{Figure.Median([.. all]):0.00}, {all.Max():0.00}; a checkpoint is every {CheckpointMillis} ms, the longest wait without a fault was {quiet:0.00}"), ("silos declared dead without a fault, in the whole run", $"{silos.Fallen}")]);
    }

    // From before the fault until every partition has committed after it; the longest wait of one of them.
    private static async Task<double> OutageAsync(Commits commits, Func<Task> fault)
    {
        commits.Begin();
        await fault();
        await commits.AllMovedAsync(Stopwatch.GetTimestamp());
        return commits.Longest().TotalSeconds;
    }
}
