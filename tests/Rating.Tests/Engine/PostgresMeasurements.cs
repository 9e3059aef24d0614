using System.Diagnostics;
using System.Globalization;
using System.Text;
using NodaTime;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Postgres;
using Rating.Tests.Contracts;
using Xunit.Abstractions;

namespace Rating.Tests.Engine;

/// <summary>The figures of docs/postgres.md.</summary>
[NeedsPostgres]
[Collection(PostgresCollection.Name)]
public sealed class PostgresMeasurements(PostgresServer postgres, ITestOutputHelper output)
{
    private const int Subscriptions = 10_000, Records = 400_000, Pairs = 3;
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 10, 12, 0);

    [Measurement]
    public async Task Commits()
    {
        foreach (var partitions in new[] { 1, 4 })
        {
            await using var store = await OpenAsync(postgres.Server.CreateDatabase($"TEMPLATE {PostgresServer.Template}"));
            var all = Stopwatch.StartNew();
            var times = await Task.WhenAll(Enumerable.Range(0, partitions).Select(partition => Task.Run(() => CommitsAsync(store, partition, 80))));
            var seconds = all.Elapsed.TotalSeconds;
            var sorted = times.SelectMany(one => one.Skip(5)).Order().ToList();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{partitions} partition(s): commit p50 {sorted[sorted.Count / 2]:0.0} ms, p99 {sorted[sorted.Count * 99 / 100]:0.0} ms; {partitions * 80 / seconds:0} commits/s, {partitions * 80 * 1.4 / seconds:0} MB/s"));
        }
    }

    [Measurement]
    public async Task Records_per_second_and_sizes()
    {
        var (log, book) = await FillAsync();
        var ratios = new List<double>();
        var database = "";
        for (var pair = 0; pair < Pairs; pair++)
        {
            database = postgres.Server.CreateDatabase($"TEMPLATE {PostgresServer.Template}");
            var memory = await RunAsync(log, book, new MemoryRatingStore(log.Partitions));
            var stored = await RunAsync(log, book, await OpenAsync(database));
            ratios.Add(stored / memory);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory {memory:0} records/s, PostgreSQL {stored:0} records/s, ratio {stored / memory:0.00}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median ratio {ratios.Order().ElementAt(Pairs / 2):0.00}"));
        foreach (var table in new[] { "ledger_block", "id_block", "state_block", "checkpoint", "verdict" })
        {
            var bytes = postgres.Server.Run(database, $"SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint FROM pg_partition_tree('rating.{table}')");
            if (bytes is 0L) bytes = postgres.Server.Run(database, $"SELECT pg_total_relation_size('rating.{table}')");
            var rows = postgres.Server.Run(database, $"SELECT count(*) FROM rating.{table}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table}: {(long)bytes! / (Records / 1_000_000.0) / (1 << 20):0.00} MiB per million records, {rows} rows for {Records} records"));
        }
    }

    private static async Task<List<double>> CommitsAsync(PostgresRatingStore store, int partition, int commits)
    {
        var random = new Random(partition);
        byte[] Some(int size)
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            return bytes;
        }

        var place = await store.TakeOverAsync(partition, default);
        var times = new List<double>();
        for (var number = 1; number <= commits; number++)
        {
            var checkpoint = new Checkpoint
            {
                Partition = partition, Epoch = place.Epoch, Number = number, FirstPosition = number - 1, NextPosition = number, BookSequence = 0, Commands = "[]",
                State = new StateBlock(number, false, Some(100_000)), Ledger = new LedgerBlock(number, [.. Enumerable.Range(0, 5_000)], Some(1_000_000)), Ids = new IdBlock(number, 20_514, Some(300_000)),
                Verdicts = [new VerdictCount(EngineWorld.Tenant, "pbx", 1, Verdict.Rated, VerdictReason.None, 1)],
            };
            var watch = Stopwatch.StartNew();
            await store.CommitAsync(checkpoint, default);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return times;
    }

    internal static async Task<(MemoryUsageLog Log, List<BookChange> Book)> FillAsync()
    {
        var log = new MemoryUsageLog(4);
        var store = new MemoryRatingStore(4);
        await using var engine = await RatingEngine.StartAsync(log, store, new RatingSettings(), new SettableClock(Now), TimeProvider.System, default);
        await engine.PutCatalogAsync(
            EngineWorld.Tenant,
            """{"name":"n","currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"sms","name":"SMS","unit":"1","event":"sms","value":"count"}],"plans":[{"key":"p","name":"P","interval":"month","charges":[{"key":"sms","name":"SMS","model":"perUnit","meter":"sms","price":"0.07"}]}]}""",
            null, default);
        var names = Enumerable.Range(0, Subscriptions).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToList();
        await engine.PutPartiesAsync(
            EngineWorld.Tenant,
            $$"""
            {"accounts":[{"id":"a","name":"A"}],
             "subscriptions":[{{string.Join(',', names.Select(name => $$"""{"id":"s{{name}}","account":"a","timeZone":"UTC","anchorDay":1,"start":"2026-01-01","changes":[{"from":"2026-01-01","plan":"p","quantities":{} }]}"""))}}],
             "subjects":[{{string.Join(',', names.Select(name => $$"""{"subject":"{{name}}","subscription":"s{{name}}","from":"2026-01-01T00:00:00Z"}"""))}}]}
            """,
            default);
        var random = new Random(1);
        var batch = new List<ReadOnlyMemory<byte>>();
        for (var id = 0; id < Records; id++)
        {
            var named = id % 100 == 99 ? random.Next(id) : id; // 1 % duplicates
            var of = named * 7919L % Subscriptions;
            batch.Add(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"specversion":"1.0","id":"{{named:x8}}-6f0c-4b0e","source":"pbx-1.example","type":"sms","subject":"{{of}}","time":"2026-03-{{1 + (named % 9):00}}T10:00:00Z","data":{"count":1} }""")));
            if (batch.Count < 1_000) continue;
            await engine.Intake.AcceptAsync(EngineWorld.Tenant, batch, default);
            batch.Clear();
        }

        await engine.CaughtUpAsync(default);
        var book = new List<BookChange>();
        await foreach (var change in store.ReadBookAsync(0, default)) book.Add(change);
        return (log, book);
    }

    internal static async Task<double> RunAsync(MemoryUsageLog log, List<BookChange> book, IRatingStore store)
    {
        foreach (var change in book) await store.AppendBookAsync(change, default);
        var watch = Stopwatch.StartNew();
        await using (var engine = await RatingEngine.StartAsync(log, store, new RatingSettings(), new SettableClock(Now), TimeProvider.System, default))
        {
            await engine.CaughtUpAsync(default);
            watch.Stop();
            var verdicts = (await store.ReadVerdictsAsync(default)).GroupBy(count => count.Verdict).ToDictionary(group => group.Key, group => group.Sum(count => count.Count));
            Assert.Equal(Records, verdicts.Values.Sum());
            Assert.InRange(verdicts[Verdict.Rated], Records * 98 / 100, Records);
        }

        await store.DisposeAsync();
        return Records / watch.Elapsed.TotalSeconds;
    }

    private async Task<PostgresRatingStore> OpenAsync(string database) => await PostgresRatingStore.OpenAsync(postgres.Settings(database), TimeProvider.System, default);
}
