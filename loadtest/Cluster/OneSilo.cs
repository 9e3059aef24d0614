using Rating.Loadtest.Pipeline;

namespace Rating.Loadtest.Cluster;

/// <summary>A cluster of one silo over the runtime of one process: the same topic, the same store, fresh processes that take turns.</summary>
internal static class OneSilo
{
    private const double Goal = 0.85;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var run = await bench.EvenAsync();
        var pairs = new List<(TopicOutcome Silo, TopicOutcome Alone)>();
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var alone = (await Throughput.RatedAsync(bench, run)).Outcome;
            pairs.Add(((await Throughput.RatedAsync(bench, run with { IsSilo = true })).Outcome, alone));
            Progress.Say($"  {run.Records / pairs[^1].Silo.Seconds:0} records/s, {pairs[^1].Silo.CpuMicros:0.00} us of CPU, over {run.Records / alone.Seconds:0}, {alone.CpuMicros:0.00} us");
        }

        if (options.Profile && await Profile.TakeAsync(bench, options, run with { IsSilo = true }) is { } profile) Progress.Say($"  profile: {profile}");
        yield return new Figure("one-silo", "One silo of the cluster over one process", "records/s", [.. pairs.Select(pair => (run.Records / pair.Silo.Seconds, run.Records / pair.Alone.Seconds))], Goal, AtLeast: true,
            [("CPU per record, us", $"{Figure.Median([.. pairs.Select(pair => pair.Silo.CpuMicros)]):0.00} over {Figure.Median([.. pairs.Select(pair => pair.Alone.CpuMicros)]):0.00}")]);
    }
}
