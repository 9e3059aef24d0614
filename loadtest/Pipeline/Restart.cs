using System.Globalization;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Pipeline;

/// <summary>Row 7: an engine killed in the middle of a topic and started again; how fast it goes on, and whether its invoices are those of an undisturbed run.</summary>
internal static class Restart
{
    private const double Goal = 1;

    // April has begun, and March's usage grace is over.
    private static readonly string BillAt = $"{EngineProcess.Bill} 2026-04-10T00:00:00Z";

    public static async IAsyncEnumerable<Figure> MeasureAsync(Bench bench, Options options)
    {
        var (subscriptions, records) = options.Quick ? (2_000, 200_000) : (10_000, 1_000_000);
        var customers = await bench.CustomersAsync(subscriptions);
        var topic = await bench.Outside.TopicAsync(new World.UsageMaker(subscriptions, isZipf: false, 7), records);
        var run = await bench.RunAsync(topic, records);
        var (warm, cold) = (new List<(double, double)>(), new List<double>());
        var (loads, invoices) = (new List<double>(), 0);
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var live = await UndisturbedAsync(bench, run, customers);
            var again = await KilledAsync(bench, run, customers, isWarm: true);
            // A restarted process compiles as it goes: a second restart shows what that costs.
            var asItIs = await KilledAsync(bench, run, customers, isWarm: false);
            foreach (var one in new[] { again, asItIs })
                if (one.Bills != live.Bills) throw new InvalidOperationException($"The invoices after a kill, {one.Bills}, are not those of an undisturbed run, {live.Bills}");
            warm.Add((again.PerSecond, live.PerSecond));
            cold.Add(asItIs.PerSecond);
            loads.Add(again.LoadSeconds);
            invoices = live.Bills.Invoices;
            Progress.Say($"  {again.PerSecond:0} records/s after a kill ({asItIs.PerSecond:0} cold) over {live.PerSecond:0} live; loaded in {again.LoadSeconds:0.00} s; {live.Bills.Invoices} invoices the same");
        }

        yield return new Figure("7", "Replay after kill -9 over live maximum", "records/s", warm, Goal, AtLeast: true,
            [
                ("load time", $"{Figure.Median([.. loads]):0.00} s: book of {subscriptions:N0} subscriptions, totals and ids of about {records / 2:N0} records"),
                ("replay in a process that has compiled nothing yet, records/s", $"{Figure.Median([.. cold]):0}"),
                ("invoices", $"{invoices} identical to an undisturbed run's, {2 * options.Pairs} times of {2 * options.Pairs}"),
            ]);
    }

    private static async Task<Outcome> UndisturbedAsync(Bench bench, TopicRun run, string customers)
    {
        using var side = new ChildProcess(EngineProcess.Kind, bench.WithDatabases(run, customers));
        return await OutcomeAsync(side, run.Records);
    }

    private static async Task<Outcome> KilledAsync(Bench bench, TopicRun run, string customers, bool isWarm)
    {
        var first = bench.WithDatabases(run with { WarmTopic = "" }, customers);
        using (var killed = new ChildProcess(EngineProcess.Kind, first))
        {
            await killed.AnswerAsync<double>();
            await killed.TellAsync(EngineProcess.Rate);
            while (await CommittedAsync(first) < run.Records / 3) await Task.Delay(20);
            killed.Kill();
        }

        var left = run.Records - await CommittedAsync(first);
        if (left <= 0) throw new InvalidOperationException("The engine was done before it was killed.");
        using var again = new ChildProcess(EngineProcess.Kind, isWarm ? first with { WarmTopic = run.WarmTopic, WarmDatabase = bench.Outside.CopyDatabase(customers) } : first);
        return await OutcomeAsync(again, left);
    }

    private static async Task<Outcome> OutcomeAsync(ChildProcess side, long records)
    {
        var load = await side.AnswerAsync<double>();
        var seconds = (await side.AskAsync<TopicOutcome>(EngineProcess.Rate)).Seconds;
        return new Outcome(load, records / seconds, await side.AskAsync<EngineProcess.Bills>(BillAt));
    }

    private static async Task<long> CommittedAsync(TopicRun run)
    {
        await using var connection = new Npgsql.NpgsqlConnection(run.Database);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("SELECT coalesce(sum(next_position), 0)::bigint FROM rating.partition", connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private sealed record Outcome(double LoadSeconds, double PerSecond, EngineProcess.Bills Bills);
}
