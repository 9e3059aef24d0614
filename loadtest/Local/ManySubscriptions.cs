using System.Diagnostics;
using System.Globalization;
using Rating.Engine;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Local;

/// <summary>Row 8: CPU per record with very many subscriptions over CPU with few. Each side is a process of its own, and they take turns.</summary>
internal static class ManySubscriptions
{
    private const int Few = 10_000;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Options options)
    {
        var many = options.Quick ? 100_000 : 1_000_000;
        using var fewSide = new Side(Few, options);
        using var manySide = new Side(many, options);
        var (fewReady, manyReady) = (await fewSide.AnswerAsync(), await manySide.AnswerAsync());
        Progress.Say($"  {many:N0} subscriptions onboarded in {manyReady:0.0} s, {Few:N0} in {fewReady:0.0} s");
        var pairs = new List<(double, double)>();
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var below = await fewSide.RunAsync();
            pairs.Add((await manySide.RunAsync(), below));
            Progress.Say($"  {pairs[^1].Item1:0.00} us over {pairs[^1].Item2:0.00} us");
        }

        yield return new Figure("8", $"Process CPU per record at {many:N0} subscriptions over {Few:N0}", "us", pairs, 1.5, AtLeast: false, [("onboarding per subscription", $"{manyReady * 1e6 / many:0} us")]);
    }

    /// <summary>One side: onboards, says so, then works through a round of records each time it is told to.</summary>
    public static async Task<int> ChildAsync(int subscriptions, Options options)
    {
        var records = options.Quick ? 200_000 : 1_000_000;
        var watch = Stopwatch.StartNew();
        var store = await EngineWorld.OnboardedAsync(subscriptions);
        Say(watch.Elapsed.TotalSeconds);
        await using var log = new GatedLog(EngineWorld.Settings.Partitions);
        await using var engine = await RatingEngine.StartAsync(log, store, EngineWorld.Settings, new FixedClock(), TimeProvider.System, default);
        // The first usage of every subscription makes its totals: that is not what is measured.
        await RoundAsync(engine, log, new UsageMaker(subscriptions, isZipf: false, -1), Math.Max(records, 2 * subscriptions));
        for (var round = 0; await Console.In.ReadLineAsync() is not null; round++)
            Say(await RoundAsync(engine, log, new UsageMaker(subscriptions, isZipf: false, round), records));
        return 0;
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

    private static void Say(double figure) => Console.Out.WriteLine(figure.ToString(CultureInfo.InvariantCulture));

    private sealed class Side : IDisposable
    {
        private readonly Process _process;

        public Side(int subscriptions, Options options)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
            // Run by the dotnet host: the program is its first argument.
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(ManySubscriptions).Assembly.Location);
            foreach (var argument in new[] { "local", "--child", subscriptions.ToString(CultureInfo.InvariantCulture) }) start.ArgumentList.Add(argument);
            if (options.Quick) start.ArgumentList.Add("--quick");
            _process = Process.Start(start)!;
        }

        public async Task<double> RunAsync()
        {
            await _process.StandardInput.WriteLineAsync("run");
            await _process.StandardInput.FlushAsync();
            return await AnswerAsync();
        }

        public async Task<double> AnswerAsync() =>
            double.Parse(await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the other process ended"), CultureInfo.InvariantCulture);

        public void Dispose()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
