using System.Diagnostics;
using NodaTime;
using Rating.Engine;
using Rating.Engine.Store;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Local;

/// <summary>Row "engine": records per second of the engine alone, log and store in memory, from the first record until all is committed.</summary>
internal static class EngineAlone
{
    private const int Subscriptions = 100_000;
    private const double GoalPerSecond = 250_000;
    private static MemoryRatingStore? _onboarded;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Options options)
    {
        var records = options.Quick ? 300_000 : 1_000_000;
        var beside = new List<(string, string)>();
        await RunAsync(100_000, isZipf: false, seed: 99);
        var even = new List<(double, double)>();
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var run = await RunAsync(records, isZipf: false, pair);
            even.Add((run.PerSecond, GoalPerSecond));
            if (pair > 0) continue;
            beside.Add(("bytes per event", $"{run.BytesPerEvent:0.0}"));
            beside.Add(("CPU us per record", $"{run.CpuMicros:0.00}"));
            beside.Add(("verdicts", run.Verdicts));
            beside.Add(("bytes per remembered id in memory", $"{run.IdBytes:0.0}"));
            beside.Add(("bytes per remembered id in the store", $"{run.IdStoredBytes:0.0}"));
            beside.Add(("bytes per record in the ledger", $"{run.LedgerBytes:0.0}"));
            beside.Add(("bytes allocated per record", $"{run.Allocated:0}"));
            beside.Add(("garbage collections", run.Collections));
        }

        // A run of its own: watching costs time.
        using (var sample = new AllocationSample())
        {
            await RunAsync(records, isZipf: false, seed: 98, sample.Start);
            sample.Stop();
            beside.AddRange(sample.Top(12).Select(type => ($"allocated: {type.Type}", $"{type.Share:0.0 %}")));
        }

        var zipf = new List<double>();
        for (var pair = 0; pair < options.Pairs; pair++) zipf.Add((await RunAsync(records, isZipf: true, pair)).PerSecond);
        beside.Add(("Zipf, records/s", $"{Figure.Median([.. zipf]):0}"));
        foreach (var (stage, micros) in await Stages.MeasureAsync(options.Quick ? 200_000 : 600_000, Subscriptions)) beside.Add(($"stage: {stage}, us per record", $"{micros:0.00}"));
        yield return new Figure("engine", "Engine alone: records/s (denominator: the goal)", "records/s", even, 1, AtLeast: true, beside);
    }

    private static async Task<Run> RunAsync(int records, bool isZipf, int seed, Action? started = null)
    {
        var store = await (_onboarded ??= await EngineWorld.OnboardedAsync(Subscriptions)).BookOnlyAsync(EngineWorld.Settings.Partitions);
        await using var log = new GatedLog(EngineWorld.Settings.Partitions);
        var usage = new UsageMaker(Subscriptions, isZipf, seed);
        await usage.FillAsync(log, records);
        await using var engine = await RatingEngine.StartAsync(log, store, EngineWorld.Settings, new FixedClock(), TimeProvider.System, default);
        GC.Collect();
        var before = (Gen0: GC.CollectionCount(0), Gen2: GC.CollectionCount(2), Pause: GC.GetTotalPauseDuration());
        var (cpu, watch, allocated) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), GC.GetTotalAllocatedBytes());
        started?.Invoke();
        await log.ShowAsync();
        await engine.CaughtUpAsync(default);
        var (seconds, used) = (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        var collections = $"{GC.CollectionCount(0) - before.Gen0} of generation 0 or more, {GC.CollectionCount(2) - before.Gen2} of 2, pauses {(GC.GetTotalPauseDuration() - before.Pause).TotalSeconds / seconds:0.0 %} of the time";
        var verdicts = await engine.ReconcileAsync(Customers.Tenant, default);
        var (bytes, ids) = engine.RememberedIds;
        long stored = 0, ledger = 0;
        for (var partition = 0; partition < log.Partitions; partition++)
        {
            await foreach (var block in store.ReadIdsAsync(partition, int.MinValue, default)) stored += block.Bytes.Length;
            await foreach (var block in store.ReadLedgerAsync(partition, 0, null, default)) ledger += block.Bytes.Length;
        }

        Progress.Say($"  {(isZipf ? "Zipf" : "even")}: {records / seconds:0} records/s, {used / records:0.00} us of CPU each");
        return new Run(
            records / seconds, used / records, (double)usage.Bytes / records, string.Join(" ", verdicts.Verdicts.Select(v => $"{v.Verdict}{(v.Reason == Rating.Domain.Usage.VerdictReason.None ? "" : $"({v.Reason})")}={v.Count}")),
            (double)bytes / ids, (double)stored / ids, (double)ledger / records, (double)allocated / records, collections);
    }

    private sealed record Run(double PerSecond, double CpuMicros, double BytesPerEvent, string Verdicts, double IdBytes, double IdStoredBytes, double LedgerBytes, double Allocated, string Collections);
}
