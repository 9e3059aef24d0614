using System.Diagnostics;
using System.Globalization;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Cluster;

/// <summary>How many of three silos are declared dead although nobody disturbs them, while usage comes in and each is asked for running charges as fast as it answers.</summary>
internal static class Deaths
{
    private const int Count = 3, AskMillis = 1_000;
    private const double PerSecond = 1_600, GoalPerHour = 1;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var (subscriptions, length) = (2_000, TimeSpan.FromMinutes(options.Quick ? 1 : 10));
        var topic = await bench.Outside.EmptyTopicAsync(Outside.Partitions);
        var run = new TopicRun(bench.Outside.Kafka.Bootstrap, topic, 0, "", 0)
        {
            Database = bench.Outside.CopyDatabase(await bench.CustomersAsync(subscriptions)), Subscriptions = subscriptions, Properties = Outside.AnswersAtOnce,
        };
        using var silos = await Silos.StartAsync(run, Count);
        using var load = new ChildProcess(LoadGenerator.Kind, new LoadGenerator.Settings(bench.Outside.Kafka.Bootstrap, topic, subscriptions, 78, PerSecond, length.TotalSeconds));
        await load.AnswerAsync<string>();
        await load.TellAsync("go");
        var (clock, asked, said) = (Stopwatch.StartNew(), 0L, 0);
        while (clock.Elapsed < length)
        {
            asked += (await Task.WhenAll(silos.All.Select(AskAsync))).Sum();
            await silos.ReplaceFallenAsync();
            if (clock.Elapsed.Minutes <= said) continue;
            said = clock.Elapsed.Minutes;
            Progress.Say($"  {said} minutes, {silos.Fallen} declared dead, {asked / clock.Elapsed.TotalSeconds:0} running charges/s, load average {LoadAverage()}");
        }

        load.Kill();
        yield return new Figure("deaths", "Silos declared dead without a fault, in an hour, over one", "silos/h", [(silos.Fallen / clock.Elapsed.TotalHours, GoalPerHour)], 1, AtLeast: false,
            [
                ("seen", string.Create(CultureInfo.InvariantCulture, $"{silos.Fallen} of {Count} silos in {clock.Elapsed.TotalMinutes:0.0} minutes")),
                ("load", string.Create(CultureInfo.InvariantCulture, $"{PerSecond:0} records/s, {asked / clock.Elapsed.TotalSeconds:0} running charges/s; load average of the machine at the end {LoadAverage()}")),
            ]);
    }

    // A silo that is declared dead ends in the middle of an answer.
    private static async Task<long> AskAsync(Silos.Silo silo)
    {
        try
        {
            return (await silo.Process.AskAsync<ServedEngine.Asked>(string.Create(CultureInfo.InvariantCulture, $"{ServedEngine.Ask} {AskMillis}"))).Millis.Count;
        }
        catch (Exception gone) when (gone is InvalidOperationException or IOException)
        {
            return 0;
        }
    }

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
