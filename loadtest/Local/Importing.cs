using System.Diagnostics;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Loadtest.World;
using Rating.Server.Cdr;
using Rating.Server.Commands;
using Rating.Server.Hosting;
using Rating.Server.Importing;
using Rating.Sqlite;

namespace Rating.Loadtest.Local;

/// <summary>Rows "import" and "balance": a CDR file imported on SQLite as <c>rating import</c> does it, over reading and parsing the same file alone; and running charges meanwhile.</summary>
internal static class Importing
{
    private const int Subscriptions = 10_000;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Options options)
    {
        using var folder = new Workspace();
        var rows = options.Quick ? 100_000 : 1_000_000;
        var file = AsteriskFile.Write(folder.Path, rows, Subscriptions);
        var map = CdrMap.Load("asterisk");
        Parse(file, map);
        var pairs = new List<(double, double)>();
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            var parsing = Parse(file, map);
            await using var world = await World.OpenAsync();
            pairs.Add((await world.ImportAsync(file, map), parsing));
            Progress.Say($"  {pairs[^1].Item1:0.00} s over {pairs[^1].Item2:0.00} s");
            if (pair == 0) Progress.Say($"  {await world.VerdictsAsync()}");
        }

        yield return new Figure("import", $"Import of {rows:N0} CDR rows, rated and durable, over reading and parsing them", "s", pairs, 5, AtLeast: false,
            [("rows/s imported", $"{rows / Figure.Median([.. pairs.Select(pair => pair.Item1)]):0}"), ("rows/s parsed", $"{rows / Figure.Median([.. pairs.Select(pair => pair.Item2)]):0}")]);
        yield return await BalanceAsync(file, map);
    }

    private static async Task<Figure> BalanceAsync(string file, CdrMap map)
    {
        await using var world = await World.OpenAsync();
        var busy = new BalanceProbe(world.Engine, Subscriptions);
        await world.ImportAsync(file, map);
        var during = busy.Stop();
        var idle = new BalanceProbe(world.Engine, Subscriptions);
        await Task.Delay(3_000);
        var quiet = idle.Stop();
        return new Figure("balance", "Running charge p99 while importing at full speed, over the larger of 5 ms and 3 x idle p99", "ms", [(during.P99, Math.Max(5, 3 * quiet.P99))], 1, AtLeast: false,
            [("importing: p50, p99, max ms", $"{during}"), ("idle: p50, p99, max ms", $"{quiet}")]);
    }

    private static double Parse(string path, CdrMap map)
    {
        var watch = Stopwatch.StartNew();
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 256 * 1024);
        var usable = new CdrReader(file, map).Rows().Count(row => row.IsUsable);
        if (usable == 0) throw new InvalidOperationException("no row could be read");
        return watch.Elapsed.TotalSeconds;
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly Workspace _workspace = new();
        private DataFolder _folder = null!;
        private Installation _installation = null!;
        private RatingHost _host = null!;
        private RatingClient _client = null!;

        public RatingEngine Engine => _installation.Engine;

        public static async Task<World> OpenAsync()
        {
            var world = new World();
            world._folder = DataFolder.Open(world._workspace.Path);
            var settings = new RatingSettings();
            world._installation = new Installation(world._folder.OpenLog(settings.Partitions), world._folder.OpenStore(), settings, SystemClock.Instance, Customers.Tenant, Seller.Read(world._folder.Path));
            world._host = await RatingHost.StartAsync(world._installation, "http://127.0.0.1:0", verbose: false, default);
            await world._host.Loaded;
            world._client = new RatingClient(world._host.Url);
            await world.Engine.PutCatalogAsync(Customers.Tenant, Tariff.Sample(), null, default);
            await Customers.OnboardAsync(world.Engine, Subscriptions, UsageMaker.Plan);
            GC.Collect();
            return world;
        }

        /// <summary>Imports a file, until every row has its verdict stored.</summary>
        public async Task<double> ImportAsync(string file, CdrMap map)
        {
            var watch = Stopwatch.StartNew();
            var run = new ImportRun(_client, map, null);
            await run.ReadAsync(file, _ => { }, default);
            await run.DecidedAsync(default);
            return watch.Elapsed.TotalSeconds;
        }

        public async Task<string> VerdictsAsync() =>
            string.Join(" ", (await Engine.ReconcileAsync(Customers.Tenant, default)).Verdicts.Select(verdict => $"{verdict.Verdict}{(verdict.Reason == Rating.Domain.Usage.VerdictReason.None ? "" : $"({verdict.Reason})")}={verdict.Count}"));

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _host.DisposeAsync();
            _folder.Dispose();
            _workspace.Dispose();
        }
    }
}
