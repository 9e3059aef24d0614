using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Rating.Server.Commands;
using Rating.Server.Documents;

namespace Rating.Orleans.Tests.Processes;

/// <summary>A cluster of real processes over one topic and one database, with customers of March 2026 and senders of their usage.</summary>
internal sealed class ClusterWorld : IDisposable
{
    private readonly ClusterServers _servers;
    private readonly string _folder = Directory.CreateTempSubdirectory("rating-cluster-").FullName;
    private readonly HttpSender _sender;
    private int _nodes;
    private int _events;

    private ClusterWorld(ClusterServers servers, string database, string topic, int partitions, int accounts)
    {
        (_servers, Database, Topic, Partitions, Accounts) = (servers, database, topic, partitions, accounts);
        Acknowledged = new AcknowledgedFile(Path.Combine(_folder, "acknowledged.tsv"));
        _sender = new HttpSender(Acknowledged);
    }

    public string Database { get; }

    public string Topic { get; }

    public int Partitions { get; }

    public int Accounts { get; }

    public List<ClusterNode> Nodes { get; } = [];

    public AcknowledgedFile Acknowledged { get; }

    /// <summary>A node that lives.</summary>
    public ClusterNode Any => Nodes[0];

    public static async Task<ClusterWorld> MakeAsync(ClusterServers servers, int partitions = 8, int accounts = 20) =>
        new(servers, await servers.DatabaseAsync(), await servers.TopicAsync(partitions), partitions, accounts);

    /// <summary>Starts nodes, one after the other, and waits until all are ready.</summary>
    public async Task StartAsync(int count, IReadOnlyDictionary<string, string>? environment = null)
    {
        var nodes = Enumerable.Range(0, count).Select(_ => Start(environment)).ToList();
        foreach (var node in nodes) await node.ReadyAsync();
        lock (Nodes) Nodes.AddRange(nodes);
        await SpreadAsync();
    }

    /// <summary>Starts a node without waiting for it.</summary>
    public ClusterNode Start(IReadOnlyDictionary<string, string>? environment = null)
    {
        var name = $"node-{++_nodes}";
        var server = RatingProcess.Start(environment ?? new Dictionary<string, string>(), "serve", "--cluster", "--data", Path.Combine(_folder, name), "--urls", "http://127.0.0.1:0", "--config", Settings(name));
        return new ClusterNode(name, server);
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

    /// <summary>Waits until every partition answers through every node that lives: a running charge is put together from all of them.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> ServedAsync()
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Living().Select(async node =>
        {
            using var client = new RatingClient(node.Url);
            while (true)
            {
                try
                {
                    await client.TextAsync("/v1/subscriptions/a000-s/balance", default);
                    return;
                }
                catch (Engine.Unavailable)
                {
                    // Not just now.
                }
            }
        }));
        return clock.Elapsed;
    }

    /// <summary>Waits until every node that lives says that it is ready: the partitions of each are where they belong.</summary>
    public async Task SpreadAsync()
    {
        foreach (var node in Nodes) await node.HealthyAsync();
    }

    /// <summary>Puts the sample catalog, and accounts with one subscription each, whose number is their name.</summary>
    public async Task OnboardAsync(string account = "a")
    {
        RatingProcess.Run(0, "catalog", "put", RatingProgram.Sample("price-book.yaml"), "--url", Any.Url);
        var csv = new StringBuilder("account,account_name,subscription,plan,start,time_zone,quantities,numbers\n");
        for (var i = 0; i < Accounts; i++) csv.Append(CultureInfo.InvariantCulture, $"{account}{i:000},Account {i},{account}{i:000}-s,team,2026-03-01,Europe/Berlin,seats=3;channels=2;numbers=2,{Number(i)}\n");
        await CustomersAsync(csv.ToString());
    }

    /// <summary>Onboards customers of a CSV.</summary>
    public Task CustomersAsync(string csv)
    {
        var file = Path.Combine(_folder, $"customers-{Guid.NewGuid():N}.csv");
        File.WriteAllText(file, csv);
        RatingProcess.Run(0, "onboard", file, "--url", Any.Url);
        return Task.CompletedTask;
    }

    public static string Number(int account) => string.Create(CultureInfo.InvariantCulture, $"4930{account:000000}00");

    /// <summary>Sends events through any nodes until each is acknowledged; an event that was not acknowledged is sent again.</summary>
    public async Task SendAsync(int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Select(_ => Event(Interlocked.Increment(ref _events))).Chunk(100))
            for (var turn = 0; ; turn++)
            {
                var nodes = Living();
                if (await _sender.TryAsync(nodes[turn % nodes.Count].Url, batch)) break;
            }
    }

    /// <summary>Sends events until told to stop.</summary>
    public Task LoadAsync(CancellationToken stop) => Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested) await SendAsync(20);
    }, CancellationToken.None);

    /// <summary>Waits until everything that is in the log has its verdict.</summary>
    public async Task CaughtUpAsync()
    {
        while (true)
        {
            try
            {
                using var client = new RatingClient(Any.Url);
                if ((await client.GetAsync<StatusDocument>("/v1/status", default)).Partitions.All(partition => partition.Lag == 0 && partition.State == "running")
                    && await client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default) is { Difference: 0 }) return;
            }
            catch (Engine.Unavailable)
            {
                // Not just now.
            }
        }
    }

    /// <summary>What every test ends with: nothing acknowledged is missing, and the auditor finds nothing.</summary>
    public async Task MustBeSoundAsync()
    {
        await CaughtUpAsync();
        RatingProcess.Run(0, "audit", "--url", Any.Url);
        Assert.Empty(Acknowledged.MissingFrom(TopicContent.Read(_servers.Kafka.Bootstrap, Topic, Partitions)));
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

    private string Event(int number) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"specversion":"1.0","id":"e{{number}}","source":"test","type":"sms.sent","subject":"{{Number(number % Accounts)}}","time":"2026-03-{{1 + number % 28:00}}T08:00:00Z"}""");

    private string Settings(string name)
    {
        var kafka = new Dictionary<string, object?>
        {
            ["BootstrapServers"] = _servers.Kafka.Bootstrap, ["Topic"] = Topic, ["ChecksTopic"] = false,
            // The mock answers a fetch without records only when its time is over.
            ["Properties"] = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10", ["linger.ms"] = "1" },
        };
        var postgres = new Dictionary<string, object?>
        {
            ["ConnectionString"] = _servers.Postgres.ConnectionString(Database, ClusterServers.AppLogin), ["OwnerConnectionString"] = _servers.Postgres.ConnectionString(Database),
            ["WriteConnectionsMax"] = 8, ["ReadConnectionsMax"] = 8,
        };
        var rating = new Dictionary<string, object?>
        {
            ["Log"] = "kafka", ["Store"] = "postgres", ["Partitions"] = Partitions, ["Kafka"] = kafka, ["Postgres"] = postgres, ["Cluster"] = new Dictionary<string, object?> { ["Port"] = FreePort(), ["CalendarSeconds"] = 0 },
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
