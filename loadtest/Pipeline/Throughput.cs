using System.Globalization;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>Rows 1 and 2: what rating, deduplication and checkpoints cost beyond consuming, in time and in CPU. Each side is a fresh process; they take turns.</summary>
internal static class Throughput
{
    private const double GoalRate = 0.60, GoalCpu = 1.5;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var even = await MeasureAsync(bench, await bench.EvenAsync(), "even", options);
        bench.MaximumIs(Figure.Median([.. even.Select(pair => pair.Run.Records / pair.Rated.Seconds)]));
        foreach (var figure in Figures(even, "", "evenly used", await WithHeadersAsync(bench, options))) yield return figure;
        if (options.Profile && await Profile.TakeAsync(bench, options, await bench.EvenAsync()) is { } profile) Progress.Say($"  profile: {profile}");
        // The first subscription has a twelfth of all usage, and the mock keeps 5 MiB per partition.
        var records = options.Quick ? 200_000 : 600_000;
        var zipf = await bench.RunAsync(await bench.Outside.TopicAsync(new UsageMaker(bench.Subscriptions, isZipf: true, 2), records), records);
        foreach (var figure in Figures(await MeasureAsync(bench, zipf, "Zipf", options), "-zipf", "Zipf", [])) yield return figure;
    }

    // The same usage as our own intake writes it: three headers to read on both sides.
    private static async Task<(string, string)[]> WithHeadersAsync(Bench bench, Options options)
    {
        if (options.Quick) return [];
        var even = await bench.EvenAsync();
        var run = even with { Topic = await bench.Outside.TopicAsync(new UsageMaker(bench.Subscriptions, isZipf: false, 1), even.Records, hasHeaders: true) };
        var one = (await MeasureAsync(bench, run, "with headers", options with { PairsAsked = 1 }))[0];
        return [("one pair with the intake's three headers in each record, records/s", $"{run.Records / one.Rated.Seconds:0} over {run.Records / one.Raw.Seconds:0}")];
    }

    /// <summary>Rates a topic in a fresh process, on fresh databases.</summary>
    public static async Task<(TopicOutcome Outcome, OutsideCpu Cpu)> RatedAsync(Bench bench, TopicRun run) =>
        await OutcomeAsync(bench.Outside, EngineProcess.Kind, EngineProcess.Rate, bench.WithDatabases(run, await bench.CustomersAsync()));

    private static async Task<List<Pair>> MeasureAsync(Bench bench, TopicRun run, string name, Options options)
    {
        var pairs = new List<Pair>();
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var raw = await OutcomeAsync(bench.Outside, RawConsumer.Kind, "go", run);
            var (rated, cpu) = await RatedAsync(bench, run);
            var log = await OutcomeAsync(bench.Outside, LogReader.Kind, "go", run);
            var defaults = await OutcomeAsync(bench.Outside, RawConsumer.Kind, "go", run with { Properties = new Dictionary<string, string> { ["fetch.queue.backoff.ms"] = "1000" } });
            pairs.Add(new Pair(run, raw.Outcome, rated, log.Outcome, defaults.Outcome, cpu));
            Progress.Say($"  {name}: {run.Records / rated.Seconds:0} records/s rated over {run.Records / raw.Outcome.Seconds:0} raw; CPU {rated.CpuMicros:0.00} us, of it consuming {log.Outcome.CpuMicros:0.00}; raw {raw.Outcome.CpuMicros:0.00}");
        }

        return pairs;
    }

    private static IEnumerable<Figure> Figures(List<Pair> pairs, string suffix, string shape, IEnumerable<(string, string)> more)
    {
        var records = pairs[0].Run.Records;
        string Median(Func<Pair, double> of, string format) => Figure.Median([.. pairs.Select(of)]).ToString(format, CultureInfo.InvariantCulture);
        yield return new Figure(
            $"1{suffix}", $"Rated, deduped, checkpointed over raw Consume of byte[], {shape}", "records/s", [.. pairs.Select(pair => (records / pair.Rated.Seconds, records / pair.Raw.Seconds))], GoalRate, AtLeast: true,
            [
                ("records", $"{records:N0} on {Outside.Partitions} partitions; {pairs[0].Rated.Verdicts}"),
                ("raw with librdkafka's default fetch.queue.backoff.ms=1000, records/s", Median(pair => records / pair.RawDefaults.Seconds, "0")),
                ("the engine's own consuming alone, records/s", Median(pair => records / pair.Log.Seconds, "0")),
                ("bytes allocated per record", Median(pair => pair.Rated.AllocatedBytes, "0")),
                ("garbage collections", pairs[^1].Rated.Collections),
                ("most memory resident, MiB", Median(pair => pair.Rated.PeakMiB, "0")), .. more,
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

    private static async Task<(TopicOutcome Outcome, OutsideCpu Cpu)> OutcomeAsync(Outside outside, string kind, string command, TopicRun run)
    {
        using var side = new ChildProcess(kind, run);
        await side.AnswerAsync<System.Text.Json.JsonElement>();
        var before = OutsideCpu.Of(outside);
        var outcome = await side.AskAsync<TopicOutcome>(command);
        return (outcome, OutsideCpu.Of(outside) - before);
    }

    private sealed record Pair(TopicRun Run, TopicOutcome Raw, TopicOutcome Rated, TopicOutcome Log, TopicOutcome RawDefaults, OutsideCpu Outside);
}
