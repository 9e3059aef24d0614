using System.Globalization;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>Row 9: rating over a COPY of every record, and a running charge over a sum of the rows, for a subscription with 100,000 records.</summary>
internal static class NaiveCopy
{
    /// <summary>Records of the subscription that is asked for.</summary>
    public const int HeavyRecordsMin = 100_000;

    private const double GoalRate = 2, GoalQuery = 100;
    private const int Questions = 200, Sums = 20;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        // Every second or fourth record is of the first subscription; a hundredth of all is a repetition.
        var (records, every) = options.Quick ? (206_000, 2) : (412_000, 4);
        var topic = await bench.Outside.TopicAsync(new UsageMaker(bench.Subscriptions, isZipf: false, 9) { FirstEvery = every }, records);
        var customers = await bench.CustomersAsync();
        var run = await bench.RunAsync(topic, records);
        var (rates, queries) = (new List<(double, double)>(), new List<(double, double)>());
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var naive = await NaiveAsync(bench, run);
            var ours = await OursAsync(bench, run, customers);
            rates.Add((records / ours.Outcome.Seconds, records / naive.Outcome.Seconds));
            queries.Add((naive.Millis, ours.Millis));
            Progress.Say($"  {rates[^1].Item1:0} records/s over {rates[^1].Item2:0}; {naive.Millis:0.00} ms over {ours.Millis:0.000} ms");
        }

        yield return new Figure("9", "Rated, deduped, checkpointed over COPY of every record into an indexed table", "records/s", rates, GoalRate, AtLeast: true, [("records", $"{records:N0}, {1.0 / every:0 %} of them of one subscription")]);
        yield return new Figure("9-query", $"Sum of the rows of a subscription with {HeavyRecordsMin:N0} records over its running charge", "ms", queries, GoalQuery, AtLeast: true, [("each", $"the median of {Sums} sums, and of {Questions} running charges; nothing else running")]);
    }

    private static async Task<(TopicOutcome Outcome, double Millis)> NaiveAsync(Bench bench, TopicRun run)
    {
        using var side = new ChildProcess(NaiveTable.Kind, run with { Database = bench.Outside.Postgres.ConnectionString(bench.Outside.Postgres.CreateDatabase()), Subscriptions = bench.Subscriptions });
        await side.AnswerAsync<string>();
        return (await side.AskAsync<TopicOutcome>(NaiveTable.Copy), Figure.Median(await side.AskAsync<double[]>(Question(NaiveTable.Sum, Sums))));
    }

    private static async Task<(TopicOutcome Outcome, double Millis)> OursAsync(Bench bench, TopicRun run, string customers)
    {
        using var side = new ChildProcess(EngineProcess.Kind, bench.WithDatabases(run, customers));
        await side.AnswerAsync<double>();
        var outcome = await side.AskAsync<TopicOutcome>(EngineProcess.Rate);
        await side.AskAsync<double[]>(Question(EngineProcess.Balance, Questions));
        return (outcome, Figure.Median(await side.AskAsync<double[]>(Question(EngineProcess.Balance, Questions))));
    }

    private static string Question(string command, int times) => string.Create(CultureInfo.InvariantCulture, $"{command} {Customers.Id(0)} {times}");
}
