using System.Diagnostics;
using System.Text;
using Npgsql;
using Rating.Domain;
using Rating.Engine;
using Rating.Server.Documents;
using Rating.Sqlite;
using Xunit.Abstractions;

namespace Rating.Tests.Faults;

/// <summary>A database that crashes, whose replies are lost, whose tables are locked, whose disk is full: the log goes on taking usage, and rating goes on by itself afterwards.</summary>
[Collection(FaultsCollection.Name)]
public sealed class DatabaseFaultTests(FaultFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan ResumesWithin = TimeSpan.FromSeconds(10);

    [FaultFact]
    public async Task A_database_that_crashes_under_load_and_comes_back_is_used_again_within_10_seconds()
    {
        var world = await FaultWorld.MakeAsync(fixture);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            var worst = TimeSpan.Zero;
            foreach (var half in world.Usage.March.Chunk(world.Usage.March.Count / 2))
                await world.UnderLoadAsync(half, async () =>
                {
                    world.Postgres.Crash();
                    await world.DegradedAsync("PostgreSQL");
                    var before = world.Acknowledged;
                    await Until.SoAsync("the log takes usage meanwhile", () => Task.FromResult(world.Acknowledged > before));
                    IReadOnlyList<PartitionDocument> stood = [];
                    await Until.SoAsync("usage waits in every partition", async () => (stood = (await world.StatusAsync()).Partitions).All(partition => partition.Lag > 0));
                    world.Postgres.Up();
                    var resumed = await Until.SoAsync("every partition stores again", async () => (await world.StatusAsync()).Partitions.All(partition => partition.Problem == "" && partition.Committed > stood[partition.Partition].Committed));
                    worst = resumed > worst ? resumed : worst;
                    await world.CaughtUpAsync(); // how long that takes depends on how much has come meanwhile
                });
            output.WriteLine($"rates again {worst.TotalMilliseconds:0} ms after the database is back");
            Assert.InRange(worst, TimeSpan.Zero, ResumesWithin);
            await world.CloseAsync("2026-04-01");
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }

    [FaultFact]
    public async Task A_commit_whose_reply_is_late_or_cut_off_counts_once_whatever_it_committed()
    {
        await using var proxy = new TcpProxy(fixture.Postgres.Server.Port, ProxyProtocol.Postgres);
        var world = await FaultWorld.MakeAsync(fixture);
        world.PostgresPort = proxy.Port;
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            proxy.LoseNextReply("INSERT INTO book");
            await world.SetUpAsync();
            await proxy.Happened;
            // A database that is slow is no fault: nothing is degraded, and nothing is done twice.
            proxy.Latency = TimeSpan.FromMilliseconds(200);
            // To open a connection takes several of these times, and a probe has 2 s: those of the first batch are there before anything is promised.
            await world.SendAsync(world.Usage.March[..1], _ => world.ReadyAsync());
            await world.CaughtUpAsync();
            await world.SendAsync(world.Usage.March[1..6], async _ => Assert.Equal(200, (await world.ReadyAsync()).Status));
            await world.CaughtUpAsync();
            Assert.Equal(200, (await world.ReadyAsync()).Status);
            proxy.Latency = TimeSpan.Zero;
            foreach (var batches in world.Usage.March[6..].Chunk(6))
            {
                proxy.LoseNextReply("UPDATE partition");
                await world.SendAsync(batches);
                await proxy.Happened;
            }

            await world.CaughtUpAsync();
            proxy.LoseNextReply("INSERT INTO snapshot");
            await world.CloseAsync("2026-04-01");
            await proxy.Happened;
            world.SetClock(FaultUsage.InApril);
            await world.SendAsync(world.Usage.April);
            await world.CaughtUpAsync();
            // The checkpoint of a seal, and an invoice with its outbox message.
            proxy.LoseNextReply("UPDATE partition");
            await world.AgainAsync(client => client.SendAsync<CloseOutcomeDocument>(HttpMethod.Post, "/v1/accounts/a0000/close", new CloseRequest("2026-05-01"), default));
            await proxy.Happened;
            proxy.LoseNextReply("INSERT INTO invoice");
            await world.CloseAprilAsync();
            await proxy.Happened;
            await world.MustEndAsUndisturbedAsync();
        });
    }

    [FaultFact]
    public async Task A_table_that_is_locked_pauses_rating_and_fetching_and_nothing_else()
    {
        const int records = 1_024, bytesEach = 14_000; // 14 MiB, and less than the 5 MiB per partition that the mock keeps
        // What is fetched is what memory can hold of it; how memory as a whole moves has other causes, too.
        const long fetchedMax = 2 << 20, memoryGrowthKiBMax = 64 << 10;
        using var kafka = await MockKafka.StartAsync(1);
        await using var proxy = new TcpProxy(kafka.PortOf(1)) { CountedBytesMin = 1 << 10 };
        var world = await FaultWorld.MakeAsync(fixture, kafka: kafka);
        await kafka.ProxyAsync(1, proxy);
        world.Environment["RATING__KAFKA__BOOTSTRAPSERVERS"] = $"127.0.0.1:{proxy.Port}";
        world.Environment["RATING__POSTGRES__LOCKTIMEOUTSECONDS"] = "1";
        (world.Environment["RATING__KAFKA__FETCHAHEADKIBMAX"], world.Environment["RATING__KAFKA__PROPERTIES__FETCH_MESSAGE_MAX_BYTES"]) = ("64", "65536");
        var random = new Random(world.Seed);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            await world.SendAsync([.. world.Usage.March.Take(6)]);
            await world.CaughtUpAsync();
            var committed = Committed(await world.StatusAsync());
            await using (var other = world.Postgres.Connect(world.Database))
            {
                await using (var command = new NpgsqlCommand("BEGIN; LOCK TABLE rating.partition", other)) await command.ExecuteNonQueryAsync();
                var locked = Stopwatch.StartNew();
                await world.SendAsync([.. world.Usage.March.Skip(6).Take(6)]); // acknowledged: the log is another place
                await world.DegradedAsync(["lock", .. Enumerable.Range(0, FaultUsage.Partitions).Select(partition => $"partition {partition} is waiting")]);
                var (before, most, fetched) = (world.Server.MemoryKiB, 0L, proxy.BytesToClients);
                // Usage of nobody, straight into the topic: it waits there, and not in memory.
                foreach (var some in Enumerable.Range(0, records).Chunk(64))
                {
                    await Task.WhenAll(some.Select(one => world.KafkaSender.SendAsync(one % FaultUsage.Partitions, Encoding.UTF8.GetBytes(Nobodys(one)), world.Now.ToUnixTimeMilliseconds())));
                    most = Math.Max(most, world.Server.MemoryKiB);
                }

                if (FaultFixture.IsLong) await Until.SoAsync("a minute is over", () => Task.FromResult(locked.Elapsed > TimeSpan.FromMinutes(1)));
                fetched = proxy.BytesToClients - fetched;
                output.WriteLine($"{records * bytesEach >> 10} KiB came: {fetched >> 10} KiB were fetched, memory grew from {before} KiB to at most {most} KiB");
                Assert.InRange(fetched, 0, fetchedMax);
                Assert.InRange(most, 0, before + memoryGrowthKiBMax);
                Assert.Equal(503, (await world.ReadyAsync()).Status);
                Assert.Equal(committed, Committed(await world.StatusAsync()));
            }

            await world.SendAsync([.. world.Usage.March.Skip(12)]);
            await world.CloseAsync("2026-04-01");
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });

        string Nobodys(int one)
        {
            var noise = new byte[bytesEach * 3 / 4];
            random.NextBytes(noise);
            return $$"""{"specversion":"1.0","id":"n{{one}}","source":"nobody","type":"sms.sent","subject":"none","partitionkey":"{{FaultUsage.KeyOfPartition(one % FaultUsage.Partitions)}}","data":{"noise":"{{Convert.ToBase64String(noise)}}"} }""";
        }
    }

    [DiskFaultFact]
    public async Task A_full_disk_of_the_database_stops_rating_loses_no_acknowledged_change_and_rating_goes_on_when_there_is_space()
    {
        using var disk = SmallDisk.Make(sizeMiB: 160);

        using var postgres = ThrowAwayPostgres.Start(disk.Folder);
        var world = await FaultWorld.MakeAsync(fixture, postgres: postgres);
        await FaultWorld.TestAsync(world, async () =>
        {
            await world.StartAsync();
            await world.SetUpAsync();
            await world.SendAsync([.. world.Usage.March.Take(6)]);
            await world.CaughtUpAsync();
            disk.Fill();
            await world.SendAsync([.. world.Usage.March.Skip(6).Take(6)]); // into the log
            // Space that was set aside is used up by more and more writes; then nothing is stored any more, and nothing is said to be.
            await Until.SoAsync("the disk is full", async () =>
            {
                disk.Fill();
                await world.TryPostAsync([.. Enumerable.Range(0, 500).Select(number => FaultUsage.Sms($"full {Guid.NewGuid()} {number}", FaultUsage.InMarch, type: "no.such.meter"))]);
                return (await world.ReadyAsync()).Status == 503;
            });
            var committed = Committed(await world.StatusAsync());
            var refused = await Record.ExceptionAsync(() => world.Client.SendJsonAsync(HttpMethod.Post, "/v1/parties", """{"accounts":[{"id":"full"}]}""", default));
            Assert.True(refused is Unavailable or null, $"{refused}");
            var acknowledged = refused is null; // there was room for it still: then it must be there
            disk.Free();
            if (!postgres.IsUp) postgres.Up();
            var watch = Stopwatch.StartNew();
            await world.CaughtUpAsync();
            output.WriteLine($"rates again {watch.ElapsedMilliseconds} ms after there is space; a change of the book meanwhile was {(acknowledged ? "acknowledged" : "refused")}");
            Assert.NotEqual(committed, Committed(await world.StatusAsync()));
            if (acknowledged) await world.AgainAsync(client => client.SendJsonAsync(HttpMethod.Post, "/v1/accounts/full/close", "{}", default));
            await world.SendAsync([.. world.Usage.March.Skip(12)]);
            await world.CloseAsync("2026-04-01");
            await world.RunAprilAsync();
            await world.MustEndAsUndisturbedAsync();
        });
    }

    [DiskFaultFact]
    public async Task A_full_disk_of_the_embedded_log_acknowledges_nothing_and_what_was_acknowledged_is_there()
    {
        using var disk = SmallDisk.Make(sizeMiB: 24);

        var data = Path.Combine(disk.Folder, "data");
        using var folder = new Contracts.TemporaryFolder();
        using var file = new AcknowledgedFile(folder.File("acknowledged.tsv"));
        using var sender = new HttpSender(file);
        var (server, url) = await RatingProcess.ServeAsync(data);
        using (server)
        {
            var number = 0;
            List<string> Batch() => [.. Enumerable.Range(0, 500).Select(_ => FaultUsage.Sms($"d{number++}", FaultUsage.InMarch))];
            Assert.True(await sender.TryAsync(url, Batch()));
            disk.Fill();
            await Until.SoAsync("the disk is full", async () => !await sender.TryAsync(url, Batch()));
            var count = file.Count;
            for (var again = 0; again < 5; again++) Assert.False(await sender.TryAsync(url, Batch()), "acknowledged on a full disk");
            Assert.Equal(count, file.Count);
            disk.Free();
            await Until.SoAsync("usage is taken again", () => sender.TryAsync(url, Batch()));
            server.Kill();
        }

        RatingProcess.Run(0, "audit", "--data", data);
        var report = RatingProcess.Json("reconcile", "--data", data);
        var held = await HeldAsync(Path.Combine(data, "log.db"));
        Assert.Equal((0, held.Count), (report.GetProperty("difference").GetInt64(), report.GetProperty("decided").GetInt64()));
        Assert.Empty(file.MissingFrom(held));
    }

    private static async Task<List<string>> HeldAsync(string path)
    {
        int partitions;
        using (var database = new Contracts.Database(path)) partitions = (int)(long)database.Run("SELECT count(*) FROM partition")!;
        await using var log = SqliteUsageLog.Open(path, partitions);
        var hashes = new List<string>();
        for (var partition = 0; partition < partitions; partition++)
            for (long position = 0; await log.ReadAsync(partition, position, 1_000, default) is { Count: > 0 } read; position = read[^1].Position + 1)
                hashes.AddRange(read.Select(record => AcknowledgedFile.HashOf(record.Payload.Span)));
        return hashes;
    }

    private static string Committed(StatusDocument status) => string.Join(' ', status.Partitions.Select(partition => partition.Committed));
}
