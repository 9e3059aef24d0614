using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Cluster;

/// <summary>Row 3: a silo whose partitions are grains over one whose subscriptions are called for every record; the same log in memory and the same work on both sides.</summary>
internal static class GrainPerRecord
{
    private const double Goal = 3;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var (subscriptions, records) = options.Quick ? (20_000, 200_000) : (100_000, 1_000_000);
        var pairs = new List<(TopicOutcome Ours, TopicOutcome Naive)>();
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var naive = await RunAsync(NaiveSilo.Kind, new MemoryRun(subscriptions, records, ""));
            pairs.Add((await RunAsync(MemorySilo.Kind, new MemoryRun(subscriptions, records, await bench.Outside.MembershipAsync())), naive));
            Progress.Say($"  {records / pairs[^1].Ours.Seconds:0} records/s, {pairs[^1].Ours.CpuMicros:0.00} us of CPU, over {records / naive.Seconds:0}, {naive.CpuMicros:0.00} us");
        }

        yield return new Figure("3", "Partitions as grains over one grain call per record", "records/s", [.. pairs.Select(pair => (records / pair.Ours.Seconds, records / pair.Naive.Seconds))], Goal, AtLeast: true,
            [
                ("work", $"{records:N0} records of {subscriptions:N0} subscriptions, all used before; decode, repetition, rating, totals, ledger on both sides; checkpoints on ours only"),
                ("CPU per record, us", $"{Figure.Median([.. pairs.Select(pair => pair.Ours.CpuMicros)]):0.00} over {Figure.Median([.. pairs.Select(pair => pair.Naive.CpuMicros)]):0.00}"),
                ("most memory resident, MiB", $"{pairs.Max(pair => pair.Ours.PeakMiB):0} and {pairs.Max(pair => pair.Naive.PeakMiB):0}"),
            ]);
    }

    private static async Task<TopicOutcome> RunAsync(string kind, MemoryRun run)
    {
        using var side = new ChildProcess(kind, run);
        await side.AnswerAsync<string>();
        return await side.AskAsync<TopicOutcome>("go");
    }
}
