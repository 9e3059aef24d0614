using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Rating.Engine;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Xunit.Abstractions;

namespace Rating.Orleans.Tests.Processes;

/// <summary>A cluster of real processes over one topic and one database, with customers of March 2026 and senders of their usage.</summary>
internal sealed class ClusterWorld : IDisposable
{
    private readonly ClusterServers _servers;
    private readonly string _folder = Directory.CreateTempSubdirectory("rating-cluster-").FullName;
    private readonly HttpSender _sender;
    private readonly int _seed;
    private int _nodes;
    private int _events;
    private int _subscriptions;

    private ClusterWorld(ClusterServers servers, int seed, string database, string topic, int partitions, int accounts)
    {
        (_servers, _seed, Random, Database, Topic, Partitions, Accounts) = (servers, seed, new Random(seed), database, topic, partitions, accounts);
        Acknowledged = new AcknowledgedFile(Path.Combine(_folder, "acknowledged.tsv"));
        _sender = new HttpSender(Acknowledged);
    }

    /// <summary>From the seed: what a test leaves to chance.</summary>
    public Random Random { get; }

    public string Database { get; }

    public string Topic { get; }

    public int Partitions { get; }

    public int Accounts { get; }

    /// <summary>More settings of Kafka, such as topics of what leaves.</summary>
    public Dictionary<string, object?> KafkaSettings { get; } = [];

    /// <summary>How often the nodes that are started from now on look for what is due; 0: never.</summary>
    public int CalendarSeconds { get; set; }

    public List<ClusterNode> Nodes { get; } = [];

    public AcknowledgedFile Acknowledged { get; }

    /// <summary>A node that lives.</summary>
    public ClusterNode Any => Living() is [var any, ..] ? any : throw new ProcessFailure($"No node lives.\n{Everything}");

    // All that the nodes said.
    private string Everything => string.Join('\n', Nodes.Select(node => node.Server));

    /// <summary>Makes a topic and a database. The seed is <c>RATING_SEED</c>, else always the same; it is printed. The database may be empty: the first silo migrates it.</summary>
    public static async Task<ClusterWorld> MakeAsync(ClusterServers servers, ITestOutputHelper output, int partitions = 8, int accounts = 20, bool isMigrated = true)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RATING_SEED"), CultureInfo.InvariantCulture, out var named) ? named : 20260301;
        output.WriteLine($"RATING_SEED={seed}");
        return new ClusterWorld(servers, seed, isMigrated ? await servers.DatabaseAsync() : servers.Postgres.CreateDatabase(), await servers.TopicAsync(partitions), partitions, accounts);
    }

    /// <summary>Starts nodes, one after the other, and waits until all are ready.</summary>
    public async Task StartAsync(int count, IReadOnlyDictionary<string, string>? environment = null, string? program = null)
    {
        var nodes = Enumerable.Range(0, count).Select(_ => Start(environment, program)).ToList();
        foreach (var node in nodes) await node.ReadyAsync();
        lock (Nodes) Nodes.AddRange(nodes);
        await SpreadAsync();
    }

    /// <summary>Starts a node without waiting for it.</summary>
    /// <param name="environment">Variables.</param>
    /// <param name="program">Another build of the program.</param>
    public ClusterNode Start(IReadOnlyDictionary<string, string>? environment = null, string? program = null)
    {
        var name = $"node-{++_nodes}";
        string[] arguments = ["serve", "--cluster", "--data", Path.Combine(_folder, name), "--urls", "http://127.0.0.1:0", "--config", Settings(name)];
        return new ClusterNode(name, program is null ? RatingProcess.Start(new Dictionary<string, string>(environment ?? new Dictionary<string, string>()) { ["RATING__CALENDARSECONDS"] = CalendarSeconds.ToString(CultureInfo.InvariantCulture) }, arguments) : RatingProcess.StartOther(program, arguments));
    }

    /// <summary>Takes a node out of those that are used.</summary>
    public ClusterNode Take(int index)
    {
        lock (Nodes)
        {
            var node = Nodes[index];
            Nodes.RemoveAt(index);
            return node;
        }
    }

    /// <summary>Waits until every partition runs, asked through every node that lives. A running charge would not tell: it asks only the partitions that have usage of its subscription.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> ServedAsync() => (await Task.WhenAll(Living().Select(async node =>
    {
        using var client = new RatingClient(node.Url);
        return await Until.SoAsync($"every partition runs, asked through {node.Name}", async () =>
        {
            var run = false;
            return await AnswersAsync(async () => run = (await client.GetAsync<List<PartitionDocument>>("/v1/partitions", default)).TrueForAll(partition => partition.State == "running")) && run;
        });
    }))).Max();

    /// <summary>Waits until every node that lives says that it is ready: the partitions of each are where they belong.</summary>
    public async Task SpreadAsync()
    {
        foreach (var node in Nodes) await node.HealthyAsync();
    }

    /// <summary>Puts a price book, the sample when none is named, and accounts with one subscription each, whose number is their name.</summary>
    public async Task OnboardAsync(string? priceBook = null)
    {
        RatingProcess.Run(0, "catalog", "put", priceBook ?? RatingProgram.Sample("price-book.yaml"), "--url", Any.Url);
        var csv = new StringBuilder("account,account_name,subscription,plan,start,time_zone,quantities,numbers\n");
        for (var i = 0; i < Accounts; i++) csv.Append(CultureInfo.InvariantCulture, $"a{i:000},Account {i},a{i:000}-s,team,2026-03-01,Europe/Berlin,seats=3;channels=2;numbers=2,{Number(i)}\n");
        await CustomersAsync(csv.ToString());
    }

    /// <summary>Onboards customers of a CSV.</summary>
    public Task CustomersAsync(string csv)
    {
        var file = Path.Combine(_folder, $"customers-{Guid.NewGuid():N}.csv");
        File.WriteAllText(file, csv);
        _subscriptions += csv.Count(letter => letter == '\n') - 1;
        RatingProcess.Run(0, "onboard", file, "--url", Any.Url);
        return Task.CompletedTask;
    }

    public static string Number(int account) => string.Create(CultureInfo.InvariantCulture, $"4930{account:000000}00");

    /// <summary>Sends events through any nodes until each is acknowledged; an event that was not acknowledged is sent again.</summary>
    public async Task SendAsync(int count)
    {
        var turn = 0;
        foreach (var batch in Enumerable.Range(0, count).Select(_ => Event(Interlocked.Increment(ref _events))).Chunk(100))
            await Until.SoAsync("usage is acknowledged", () => Living() is { Count: > 0 } nodes ? _sender.TryAsync(nodes[turn++ % nodes.Count].Url, batch) : Task.FromResult(false));
    }

    /// <summary>Sends some hundred events a second until told to stop: the mock broker keeps 5 MiB of a partition.</summary>
    public Task LoadAsync(CancellationToken stop) => Task.Run(async () =>
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!stop.IsCancellationRequested)
        {
            await SendAsync(20);
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }, CancellationToken.None);

    /// <summary>Waits until everything that is in the log has its verdict.</summary>
    public Task CaughtUpAsync() => Until.SoAsync("everything has its verdict", async () =>
    {
        using var client = new RatingClient(Any.Url);
        var isSo = false;
        return await AnswersAsync(async () => isSo = (await client.GetAsync<StatusDocument>("/v1/status", default)).Partitions.All(partition => partition is { Lag: 0, State: "running" })
            && (await client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default)).Difference == 0) && isSo;
    });

    /// <summary>The running charge of an account's subscription through a node.</summary>
    /// <returns>Whether it was answered.</returns>
    public static Task<bool> BalanceAsync(ClusterNode node, int account) => AnswersAsync(async () =>
    {
        using var client = new RatingClient(node.Url);
        await client.TextAsync($"/v1/subscriptions/a{account:000}-s/balance", default);
    });

    /// <summary>Closes March, or what ended before, through a node, of all accounts or of one.</summary>
    /// <returns>Whether it was answered; if not, it may be done nevertheless.</returns>
    public static Task<bool> CloseAsync(ClusterNode node, string? account = null, string through = "2026-04-01") => AnswersAsync(async () =>
    {
        using var client = new RatingClient(node.Url);
        await client.SendAsync(HttpMethod.Post, account is null ? "/v1/close" : $"/v1/accounts/{account}/close", new { through }, default);
    });

    /// <summary>Makes the invoices of an account that are due, through a node.</summary>
    /// <returns>Whether it was answered.</returns>
    public static Task<bool> BillRunAsync(ClusterNode node, int account) => AnswersAsync(async () =>
    {
        using var client = new RatingClient(node.Url);
        await client.SendAsync(HttpMethod.Post, "/v1/billrun", new { account = $"a{account:000}" }, default);
    });

    /// <summary>What every test ends with, seen from outside: March is closed, with one snapshot of each subscription and one invoice of each account; the auditor finds nothing; the count closes; nothing acknowledged is missing.</summary>
    public async Task MustBeSoundAsync()
    {
        await CaughtUpAsync();
        // Before the close as well: afterwards every running charge is one without usage.
        await MustPassAuditAsync();
        await Until.SoAsync("March is closed", () => CloseAsync(Any));
        Assert.Equal($"{_subscriptions} {_subscriptions}", Sql("SELECT count(*) || ' ' || count(DISTINCT subscription) FROM rating.snapshot WHERE kind = 'period'"));
        Assert.Equal(1, Sql("SELECT max(many)::int FROM (SELECT count(*) AS many FROM rating.invoice GROUP BY tenant, account) invoices"));
        Assert.Equal(Sql("SELECT count(DISTINCT account) FROM rating.snapshot"), Sql("SELECT count(*) FROM rating.invoice"));
        Assert.Equal(Sql("SELECT count(*) FROM rating.invoice"), Sql("SELECT count(*) FROM rating.outbox WHERE topic = 'invoice.finalised'"));
        await MustPassAuditAsync();
        var topic = TopicContent.Read(_servers.Kafka.Bootstrap, Topic, Partitions);
        var report = await AskAsync("the count is reported", client => client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default));
        Assert.Equal((0L, (long)topic.Records.Count), (report.Difference, report.Decided));
        Assert.Empty(Acknowledged.MissingFrom(topic));
    }

    /// <summary>Runs SQL on the database.</summary>
    public object? Sql(string sql) => _servers.Postgres.Run(Database, sql);

    public void Dispose()
    {
        foreach (var node in Nodes) node.Dispose();
        _sender.Dispose();
        Acknowledged.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private List<ClusterNode> Living()
    {
        lock (Nodes) return [.. Nodes.Where(node => !node.Server.HasEnded)];
    }

    // Where a partition moves, a running charge may not be had just now: then the auditor is asked again. A finding is one at once.
    private async Task MustPassAuditAsync()
    {
        var report = await AskAsync("the auditor can read all", client => client.SendAsync<AuditDocument>(HttpMethod.Post, "/v1/audit", null, default));
        Assert.True(report.FindingsCount == 0, $"{string.Join('\n', report.Findings)}\n{Everything}");
    }

    // Asks a node that lives until one answers.
    private async Task<T> AskAsync<T>(string what, Func<RatingClient, Task<T>> ask)
    {
        var answer = default(T)!;
        await Until.SoAsync(what, () => AnswersAsync(async () =>
        {
            using var client = new RatingClient(Any.Url);
            answer = await ask(client);
        }));
        return answer;
    }

    // The same number is the same event, however often it is sent.
    private string Event(int number)
    {
        var random = new Random(_seed + number);
        var (type, data) = random.Next(3) == 0 ? ("call.completed", $$"""{"duration_seconds":{{random.Next(1, 900)}},"called":"494066969100"}""") : ("sms.sent", "{}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"specversion":"1.0","id":"e{{number}}","source":"test","type":"{{type}}","subject":"{{Number(random.Next(Accounts))}}","time":"2026-03-{{random.Next(1, 29):00}}T08:00:00Z","data":{{data}}}""");
    }

    // Whether a request is answered. If not: not just now.
    private static async Task<bool> AnswersAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return true;
        }
        catch (Exception away) when (away is Unavailable or IOException)
        {
            return false;
        }
    }

    private string Settings(string name)
    {
        var kafka = new Dictionary<string, object?>
        {
            ["BootstrapServers"] = _servers.Kafka.Bootstrap, ["Topic"] = Topic, ["ChecksTopic"] = false,
            // The mock answers a fetch without records only when its time is over.
            ["Properties"] = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10", ["linger.ms"] = "1" },
        };
        foreach (var (setting, value) in KafkaSettings) kafka[setting] = value;
        var postgres = new Dictionary<string, object?>
        {
            ["ConnectionString"] = _servers.Postgres.ConnectionString(Database, ClusterServers.AppLogin), ["OwnerConnectionString"] = _servers.Postgres.ConnectionString(Database),
            ["WriteConnectionsMax"] = 8, ["ReadConnectionsMax"] = 8,
        };
        var rating = new Dictionary<string, object?>
        {
            ["Log"] = "kafka", ["Store"] = "postgres", ["Partitions"] = Partitions, ["Kafka"] = kafka, ["Postgres"] = postgres, ["Cluster"] = new Dictionary<string, object?> { ["Port"] = FreePort() },
        };
        var file = Path.Combine(_folder, $"{name}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new Dictionary<string, object?> { ["Rating"] = rating }));
        return file;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
