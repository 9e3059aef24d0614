using System.Diagnostics;
using Rating.Engine;
using Rating.Engine.Store;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Local;

/// <summary>Row 8: CPU per record with very many subscriptions over CPU with few. Each side is a process of its own, and they take turns; the log is in memory.</summary>
internal static class ManySubscriptions
{
    public const string Kind = "many";
    private const int Few = 10_000;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Options options, Func<string> newDatabase)
    {
        var many = options.Quick ? 100_000 : 1_000_000;
        var records = options.Quick ? 200_000 : 1_000_000;
        using var fewSide = new ChildProcess(Kind, new Settings(Few, records, newDatabase()));
        using var manySide = new ChildProcess(Kind, new Settings(many, records, newDatabase()));
        var (fewReady, manyReady) = (await fewSide.AnswerAsync<double>(), await manySide.AnswerAsync<double>());
        Progress.Say($"  {many:N0} subscriptions onboarded in {manyReady:0.0} s, {Few:N0} in {fewReady:0.0} s");
        var pairs = new List<(double, double)>();
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var below = await fewSide.AskAsync<double>("run");
            pairs.Add((await manySide.AskAsync<double>("run"), below));
            Progress.Say($"  {pairs[^1].Item1:0.00} us over {pairs[^1].Item2:0.00} us");
        }

        yield return new Figure("8", $"Process CPU per record at {many:N0} subscriptions over {Few:N0}", "us", pairs, 1.5, AtLeast: false, [("onboarding per subscription", $"{manyReady * 1e6 / many:0} us")]);
    }

    /// <summary>One side: onboards, says so, then works through a round of records each time it is told to.</summary>
    public static async Task ChildAsync(Settings settings)
    {
        var (subscriptions, records, database) = settings;
        var watch = Stopwatch.StartNew();
        await using IRatingStore store = database.Length > 0 ? await Outside.OpenStoreAsync(database) : new MemoryRatingStore(EngineWorld.Settings.Partitions);
        await EngineWorld.OnboardAsync(store, subscriptions, EngineWorld.Settings);
        Children.Say(watch.Elapsed.TotalSeconds);
        await using var log = new GatedLog(EngineWorld.Settings.Partitions);
        await using var engine = await RatingEngine.StartAsync(log, store, EngineWorld.Settings, new FixedClock(), TimeProvider.System, default);
        // The first usage of every subscription makes its totals: that is not what is measured.
        await RoundAsync(engine, log, new UsageMaker(subscriptions, isZipf: false, -1), Math.Max(records, 2 * subscriptions));
        for (var round = 0; await Children.AskedAsync() is not null; round++)
            Children.Say(await RoundAsync(engine, log, new UsageMaker(subscriptions, isZipf: false, round), records));
    }

    private static async Task<double> RoundAsync(RatingEngine engine, GatedLog log, UsageMaker usage, int records)
    {
        await usage.FillAsync(log, records);
        GC.Collect();
        var cpu = Environment.CpuUsage.TotalTime;
        await log.ShowAsync();
        await engine.CaughtUpAsync(default);
        return (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / records;
    }

    /// <summary>What a side is told.</summary>
    /// <param name="Subscriptions">How many it has.</param>
    /// <param name="Records">How many records a round has.</param>
    /// <param name="Database">A PostgreSQL to connect to; empty for a store in memory.</param>
    internal sealed record Settings(int Subscriptions, int Records, string Database);
}
