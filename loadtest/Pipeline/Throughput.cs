using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>Rows 1 and 2: what rating, deduplication and checkpoints cost beyond consuming, in time and in CPU. Each side is a fresh process; they take turns.</summary>
internal static class Throughput
{
    private const double GoalRate = 0.60, GoalCpu = 1.5;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Outside outside, Options options)
    {
        // Zipf: the first subscription has a twelfth of all usage, and the mock keeps 5 MiB per partition.
        var (subscriptions, even, zipf) = options.Quick ? (20_000, 200_000, 200_000) : (100_000, 1_000_000, 600_000);
        var customers = await outside.OnboardAsync(subscriptions);
        var warm = await WarmUp.MakeAsync(outside, subscriptions);
        Progress.Say($"  {subscriptions:N0} subscriptions onboarded");
        foreach (var isZipf in new[] { false, true })
        {
            var records = isZipf ? zipf : even;
            var topic = await outside.TopicAsync(new UsageMaker(subscriptions, isZipf, 1), records);
            var pairs = new List<Pair>();
            for (var pair = 0; pair < options.Pairs; pair++)
            {
                pairs.Add(await PairAsync(outside, new TopicRun(outside.Kafka.Bootstrap, topic, records, warm.Topic, warm.Records), customers));
                var last = pairs[^1];
                Progress.Say($"  {(isZipf ? "Zipf" : "even")}: {records / last.Rated.Seconds:0} records/s rated over {records / last.Raw.Seconds:0} raw; CPU {last.Rated.CpuMicros:0.00} us, of it consuming {last.Log.CpuMicros:0.00}; raw {last.Raw.CpuMicros:0.00}");
            }

            foreach (var figure in Figures(pairs, records, isZipf)) yield return figure;
        }
    }

    private static IEnumerable<Figure> Figures(List<Pair> pairs, int records, bool isZipf)
    {
        string Median(Func<Pair, double> of, string format) => Figure.Median([.. pairs.Select(of)]).ToString(format, System.Globalization.CultureInfo.InvariantCulture);
        var (suffix, shape) = isZipf ? ("-zipf", "Zipf") : ("", "evenly used");
        yield return new Figure(
            $"1{suffix}", $"Rated, deduped, checkpointed over raw Consume of byte[], {shape}", "records/s", [.. pairs.Select(pair => (records / pair.Rated.Seconds, records / pair.Raw.Seconds))], GoalRate, AtLeast: true,
            [
                ("records", $"{records:N0} on {Outside.Partitions} partitions; {pairs[0].Rated.Verdicts}"),
                ("raw with librdkafka's default fetch.queue.backoff.ms=1000, records/s", Median(pair => records / pair.RawDefaults.Seconds, "0")),
                ("the engine's own consuming alone, records/s", Median(pair => records / pair.Log.Seconds, "0")),
                ("bytes allocated per record", Median(pair => pair.Rated.AllocatedBytes, "0")),
                ("garbage collections", pairs[^1].Rated.Collections),
                ("most memory resident, MiB", Median(pair => pair.Rated.PeakMiB, "0")),
            ]);
        yield return new Figure(
            $"2{suffix}", $"CPU per record beyond consuming, over that of consuming, {shape}", "us", [.. pairs.Select(pair => (pair.Rated.CpuMicros - pair.Log.CpuMicros, pair.Log.CpuMicros))], GoalCpu, AtLeast: false,
            [
                ("CPU per record: rated, us", Median(pair => pair.Rated.CpuMicros, "0.00")),
                ("CPU per record: raw Consume, us", Median(pair => pair.Raw.CpuMicros, "0.00")),
                ("beyond raw Consume, over raw Consume", Median(pair => (pair.Rated.CpuMicros - pair.Raw.CpuMicros) / pair.Raw.CpuMicros, "0.00")),
                ("beside: database CPU per record, us", Median(pair => pair.Outside.Database.TotalMicroseconds / records, "0.00")),
                ("beside: broker CPU per record, us", Median(pair => pair.Outside.Broker.TotalMicroseconds / records, "0.00")),
            ]);
    }

    private static async Task<Pair> PairAsync(Outside outside, TopicRun run, string customers)
    {
        var raw = await OutcomeAsync(outside, RawConsumer.Kind, run);
        var (rated, cpu) = await RatedAsync(outside, run, customers);
        var log = await OutcomeAsync(outside, LogReader.Kind, run);
        var defaults = await OutcomeAsync(outside, RawConsumer.Kind, run with { Properties = new Dictionary<string, string> { ["fetch.queue.backoff.ms"] = "1000" } });
        return new Pair(raw.Outcome, rated, log.Outcome, defaults.Outcome, cpu);
    }

    /// <summary>Rates a topic in a fresh process, on fresh databases.</summary>
    public static Task<(TopicOutcome Outcome, OutsideCpu Cpu)> RatedAsync(Outside outside, TopicRun run, string customers) =>
        OutcomeAsync(outside, RatedTopic.Kind, run with { Database = outside.CopyDatabase(customers), WarmDatabase = outside.CopyDatabase(customers) });

    private static async Task<(TopicOutcome Outcome, OutsideCpu Cpu)> OutcomeAsync(Outside outside, string kind, TopicRun run)
    {
        using var side = new ChildProcess(kind, run);
        await side.AnswerAsync<string>();
        var before = OutsideCpu.Of(outside);
        await side.TellAsync("go");
        var outcome = await side.AnswerAsync<TopicOutcome>();
        return (outcome, OutsideCpu.Of(outside) - before);
    }

    private sealed record Pair(TopicOutcome Raw, TopicOutcome Rated, TopicOutcome Log, TopicOutcome RawDefaults, OutsideCpu Outside);
}
