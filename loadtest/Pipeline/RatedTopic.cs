using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Store;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>The numerator of row 1: the engine on Kafka and PostgreSQL works through a topic from offset 0, until every record's verdict is committed.</summary>
internal static class RatedTopic
{
    public const string Kind = "rated";

    public static async Task ChildAsync(TopicRun run)
    {
        if (run.WarmTopic.Length > 0) await RateAsync(run, run.WarmTopic, run.WarmRecords, run.WarmDatabase, () => Task.CompletedTask);
        Children.Say(await RateAsync(run, run.Topic, run.Records, run.Database, async () =>
        {
            Children.Say("ready");
            await Children.AskedAsync();
        }));
    }

    private static async Task<TopicOutcome> RateAsync(TopicRun run, string topic, int records, string database, Func<Task> ready)
    {
        await using var log = await Outside.OpenLogAsync(run, topic);
        await using var store = await Outside.OpenStoreAsync(database);
        var gated = new GatedLog(log);
        await using var engine = await RatingEngine.StartAsync(gated, store, Outside.Settings, new FixedClock(), TimeProvider.System, default);
        await ready();
        var outcome = await TopicOutcome.OfAsync(records, async () =>
        {
            await gated.ShowAsync();
            await engine.CaughtUpAsync(default);
        });
        return outcome with { Verdicts = await VerdictsAsync(store, records) };
    }

    /// <summary>The verdicts, after a check that each record has one, and that it is what made-up usage should get.</summary>
    public static async Task<string> VerdictsAsync(IRatingStore store, int records)
    {
        var counts = (await store.ReadVerdictsAsync(default)).GroupBy(one => one.Verdict).ToDictionary(same => same.Key, same => same.Sum(one => one.Count));
        var text = string.Join(" ", counts.OrderBy(one => one.Key).Select(one => $"{one.Key}={one.Value}"));
        if (counts.Values.Sum() != records || counts.GetValueOrDefault(Verdict.Rated) + counts.GetValueOrDefault(Verdict.Duplicate) != records) throw new InvalidOperationException($"{records} records got the verdicts {text}");
        return text;
    }
}
