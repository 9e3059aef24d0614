using System.Globalization;
using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Views;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Rating.Server.Files;
using Rating.Tests.Contracts;
using Rating.Tests.Processes;

namespace Rating.Tests.Faults;

/// <summary>One installation under a fault: a topic, a database, a server process, senders whose acknowledgements are written down, and what must be true at the end.</summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    private readonly FaultFixture _fixture;
    private readonly TemporaryFolder _folder = new();
    private readonly AcknowledgedFile _acknowledged;
    private readonly StringBuilder _told = new();
    private readonly bool _ownsDatabase;
    private readonly HttpSender _http;
    private KafkaSender? _kafkaSender;
    private readonly List<RatingProcess> _begun = [];
    private string _sendsTo = "";
    private int _nobodys;

    private FaultWorld(FaultFixture fixture, int seed, MockKafka kafka, ThrowAwayPostgres? postgres)
    {
        (_fixture, Seed, Kafka, Usage, Topic) = (fixture, seed, kafka, new FaultUsage(seed), fixture.NewTopic());
        _ownsDatabase = postgres is null;
        Postgres = postgres ?? fixture.Postgres.Server;
        Database = postgres is null ? fixture.Postgres.TakeDatabase() : postgres.CreateDatabase();
        _acknowledged = new AcknowledgedFile(_folder.File("acknowledged.tsv"));
        _http = new HttpSender(_acknowledged);
        SetClock(FaultUsage.InMarch);
    }

    public int Seed { get; }

    public FaultUsage Usage { get; }

    /// <summary>The brokers; others after a restore.</summary>
    public MockKafka Kafka { get; set; }

    public ThrowAwayPostgres Postgres { get; }

    public string Topic { get; }

    public string Database { get; }

    /// <summary>The server that the senders use.</summary>
    public RatingProcess Server { get; private set; } = null!;

    public RatingClient Client { get; private set; } = null!;

    /// <summary>Variables for the next server that is started.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Called when the server is found dead, before another is started.</summary>
    public Action? OnDeath { get; set; }

    /// <summary>The port at which the server finds PostgreSQL; a proxy's, when one is between.</summary>
    public int? PostgresPort { get; set; }

    public KafkaSender KafkaSender
    {
        get
        {
            if (_sendsTo == Kafka.Bootstrap && _kafkaSender is not null) return _kafkaSender;
            _kafkaSender?.Dispose();
            _sendsTo = Kafka.Bootstrap;
            return _kafkaSender = new KafkaSender(Kafka.Bootstrap, Topic, _acknowledged);
        }
    }

    public static async Task<FaultWorld> MakeAsync(FaultFixture fixture, int? seed = null, MockKafka? kafka = null, ThrowAwayPostgres? postgres = null)
    {
        var world = new FaultWorld(fixture, seed ?? FaultFixture.Seed, kafka ?? fixture.Kafka, postgres);
        await world.Kafka.CreateTopicAsync(world.Topic, FaultUsage.Partitions);
        return world;
    }

    /// <summary>A line for whoever reads a failure.</summary>
    public void Tell(string what) => _told.Append(what).Append('\n');

    /// <summary>Runs a test; a failure says the seed and what happened.</summary>
    public static async Task TestAsync(FaultWorld world, Func<Task> test)
    {
        await using (world)
        {
            try
            {
                await test();
            }
            catch (Exception wrong)
            {
                throw new Xunit.Sdk.XunitException($"RATING_SEED={world.Seed} RATING_ROUNDS={FaultFixture.Rounds}\n{world._told}\n{wrong}\n{LastLines(world.Server)}", wrong);
            }
        }
    }

    /// <summary>Sets what the servers take for now.</summary>
    public void SetClock(Instant now)
    {
        var offset = (now - SystemClock.Instance.GetCurrentInstant()).TotalSeconds;
        StepClock((long)offset);
    }

    /// <summary>By how many seconds the servers' clock is moved.</summary>
    public long ClockOffset { get; private set; }

    /// <summary>Moves the clock of running servers, too.</summary>
    public void StepClock(long offset)
    {
        ClockOffset = offset;
        // Replaced whole: a reader never sees half of it.
        File.WriteAllText(ClockFile + ".new", offset.ToString(CultureInfo.InvariantCulture));
        File.Move(ClockFile + ".new", ClockFile, overwrite: true);
    }

    /// <summary>What the servers take for now.</summary>
    public Instant Now => SystemClock.Instance.GetCurrentInstant() + Duration.FromSeconds(ClockOffset);

    /// <summary>Starts a server and waits until it is ready; one that dies on the way is started again.</summary>
    public async Task StartAsync()
    {
        while (true)
        {
            Server?.Kill();
            Server = Begin("data");
            if (await Server.ReadyAsync() is { } url)
            {
                Client?.Dispose();
                Client = new RatingClient(url);
                return;
            }

            Died();
        }
    }

    /// <summary>Starts a server beside, on a data folder of its own.</summary>
    public RatingProcess Begin(string data, int? postgresPort = null, params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>
        {
            ["RATING__PARTITIONS"] = $"{FaultUsage.Partitions}", ["RATING__KAFKA__BOOTSTRAPSERVERS"] = Kafka.Bootstrap, ["RATING__KAFKA__TOPIC"] = Topic, ["RATING__KAFKA__CHECKSTOPIC"] = "false",
            // The mock answers a fetch without records only when its time is over.
            ["RATING__KAFKA__PROPERTIES__FETCH_WAIT_MAX_MS"] = "10", ["RATING__KAFKA__PROPERTIES__LINGER_MS"] = "1",
            ["RATING__POSTGRES__CONNECTIONSTRING"] = Postgres.ConnectionString(Database, _ownsDatabase ? PostgresServer.AppLogin : "postgres", postgresPort ?? PostgresPort),
            ["RATING__POSTGRES__OWNERCONNECTIONSTRING"] = Postgres.ConnectionString(Database), ["RATING_CLOCK_FILE"] = ClockFile,
        };
        foreach (var (name, value) in Environment) environment[name] = value;
        foreach (var (name, value) in more) environment[name] = value;
        var server = RatingProcess.Start(environment, "serve", "--log", "kafka", "--store", "postgres", "--data", _folder.File(data), "--urls", "http://127.0.0.1:0");
        _begun.Add(server);
        return server;
    }

    /// <summary>The senders use another server from now on.</summary>
    public void Use(RatingProcess server, string url)
    {
        Server = server;
        Client.Dispose();
        Client = new RatingClient(url);
    }

    /// <summary>Price book and customers.</summary>
    public async Task SetUpAsync()
    {
        var customers = _folder.File("customers.csv");
        await File.WriteAllTextAsync(customers, ProcessData.Customers(FaultUsage.Accounts));
        // Whatever the seed, somebody is to be alerted: at a usage charge of 1.00 instead of 20.00.
        var catalog = CatalogFile.Read(RatingProgram.Sample("price-book.yaml")).Replace("\"20.00\"", "\"1.00\"", StringComparison.Ordinal);
        await AgainAsync(client => client.SendJsonAsync(HttpMethod.Put, "/v1/catalog", catalog, default));
        await AgainAsync(client => OnboardCommand.OnboardAsync(client, CustomersFile.Read(customers), default));
    }

    /// <summary>Sends the usage of March and closes it.</summary>
    public async Task RunMarchAsync(Func<int, Task>? before = null)
    {
        await SendAsync(Usage.March, before);
        await CloseAsync("2026-04-01");
    }

    /// <summary>Sends the usage of April, with what is late for March, audits the running charges that it makes, and closes April.</summary>
    public async Task RunAprilAsync(Func<int, Task>? before = null)
    {
        SetClock(FaultUsage.InApril);
        await SendAsync(Usage.April, before);
        await CloseAprilAsync();
    }

    /// <summary>Audits the running charges of April, which its close empties, and closes it.</summary>
    public async Task CloseAprilAsync()
    {
        await CaughtUpAsync();
        var audit = await MustPassAuditAsync();
        Assert.Equal(2 * FaultUsage.Accounts, audit.Balances);
        Assert.NotEqual("0", Assert.Single(audit.Money).NotYetInvoiced);
        await CloseAsync("2026-05-01");
    }

    /// <summary>Sends batches, each until it is acknowledged, one after the other.</summary>
    public async Task SendAsync(IReadOnlyList<UsageBatch> batches, Func<int, Task>? before = null)
    {
        for (var number = 0; number < batches.Count; number++)
        {
            if (before is not null) await before(number);
            var batch = batches[number];
            if (batch.Partition is { } partition) await Task.WhenAll(batch.Events.Select(one => KafkaSender.SendAsync(partition, Encoding.UTF8.GetBytes(one), Now.ToUnixTimeMilliseconds())));
            else await PostAsync(batch.Events);
        }
    }

    /// <summary>Sends events over HTTP until they are acknowledged.</summary>
    public async Task PostAsync(IReadOnlyList<string> events)
    {
        if (await _http.TryAsync(Client.Url, events)) return;
        await Until.SoAsync("a batch is acknowledged", async () =>
        {
            await MustLiveAsync();
            return await _http.TryAsync(Client.Url, events);
        });
    }

    /// <summary>Sends events over HTTP once.</summary>
    /// <returns>Whether they were acknowledged.</returns>
    public Task<bool> TryPostAsync(IReadOnlyList<string> events) => _http.TryAsync(Client.Url, events);

    /// <summary>Sends usage without an end, that bills nobody, over HTTP and straight into the topic, while something happens: what the engine stores and the log takes is always in the middle of it.</summary>
    /// <param name="batches">Usage that bills, sent first.</param>
    /// <param name="fault">What happens; begins when the second batch is on its way.</param>
    public async Task UnderLoadAsync(IReadOnlyList<UsageBatch> batches, Func<Task> fault)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var over = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            await SendAsync(batches, number =>
            {
                if (number == 1) begun.TrySetResult();
                return Task.CompletedTask;
            });
            for (var turn = 0; !over.IsCancellationRequested; turn++) await SendAsync([Nobodys(null), Nobodys(turn % FaultUsage.Partitions)]);
        });
        try
        {
            await await Task.WhenAny(begun.Task, sending);
            await fault();
        }
        finally
        {
            await over.CancelAsync();
            await sending;
        }
    }

    /// <summary>How many records were acknowledged so far.</summary>
    public long Acknowledged => _acknowledged.Count;

    /// <summary>Closes all periods up to a day; the request is made again while it cannot be served.</summary>
    public Task CloseAsync(string through) => AgainAsync(async client =>
    {
        var outcome = await client.SendAsync<CloseOutcomeDocument>(HttpMethod.Post, "/v1/close", new CloseRequest(through), default);
        Assert.Empty(outcome.Parked);
        return outcome;
    });

    /// <summary>Closes what is due of each account by itself, in their order.</summary>
    public async Task CloseAccountsAsync()
    {
        for (var account = 0; account < FaultUsage.Accounts; account++)
        {
            var path = $"/v1/accounts/a{account:0000}/close";
            await AgainAsync(client => client.SendAsync<CloseOutcomeDocument>(HttpMethod.Post, path, new CloseRequest("2026-04-01"), default));
        }
    }

    /// <summary>Asks until it is answered; a server that died meanwhile is started again.</summary>
    public async Task<T> AgainAsync<T>(Func<RatingClient, Task<T>> ask)
    {
        T answer = default!;
        await Until.SoAsync("a request is answered", async () =>
        {
            await MustLiveAsync();
            try
            {
                answer = await ask(Client);
                return true;
            }
            catch (Exception away) when (away is Unavailable or IOException)
            {
                Tell($"not now: {away.Message}");
                return false;
            }
        });
        return answer;
    }

    public Task<StatusDocument> StatusAsync() => AgainAsync(client => client.GetAsync<StatusDocument>("/v1/status", default));

    public Task<ReconciliationDocument> ReconciliationAsync() => AgainAsync(client => client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default));

    /// <summary>Asks whether the server is ready.</summary>
    /// <returns>The status, and the text that comes with it.</returns>
    public async Task<(int Status, string Text)> ReadyAsync()
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync($"{Client.Url}/health/ready");
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until the server says that it is degraded, and all of this as the reason: what it notices first may be another.</summary>
    public Task<TimeSpan> DegradedAsync(params string[] why) => Until.SoAsync($"the server is degraded and says: {string.Join("; ", why)}", async () =>
    {
        var (status, text) = await ReadyAsync();
        if (status == 503) Assert.Contains("Degraded", text, StringComparison.Ordinal);
        return status == 503 && why.All(one => text.Contains(one, StringComparison.Ordinal));
    });

    /// <summary>Waits until everything in the topic, as its brokers say, has its verdict stored.</summary>
    public async Task CaughtUpAsync()
    {
        var ends = TopicContent.Ends(Kafka.Bootstrap, Topic, FaultUsage.Partitions);
        await Until.SoAsync("all partitions have caught up", async () => (await StatusAsync()).Partitions.All(partition => partition is { Problem: "" } && partition.Committed >= ends[partition.Partition]));
    }

    /// <summary>How many records have a verdict for a reason (<c>none</c> when it needs none).</summary>
    public async Task<long> CountAsync(string verdict, string reason = "none") => (await ReconciliationAsync()).Reasons.Where(count => count.Verdict == verdict && count.Reason == reason).Sum(count => count.Count);

    /// <summary>The invoices as they are stored, by number.</summary>
    public async Task<SortedDictionary<string, string>> InvoicesAsync()
    {
        var invoices = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in await AgainAsync(client => client.GetAsync<List<InvoiceSummary>>("/v1/invoices", default)))
            invoices[one.Number] = await AgainAsync(client => client.TextAsync($"/v1/invoices/{one.Number}", default));
        return invoices;
    }

    /// <summary>What must be true after any fault, seen from outside: the auditor finds nothing, the count closes, nothing acknowledged is missing.</summary>
    public async Task MustBeSoundAsync()
    {
        await CaughtUpAsync();
        await MustPassAuditAsync();
        var report = await ReconciliationAsync();
        Assert.Equal(0, report.Difference);
        var topic = TopicContent.Read(Kafka.Bootstrap, Topic, FaultUsage.Partitions);
        Assert.Equal(topic.Records.Count, report.Decided);
        Assert.Empty(_acknowledged.MissingFrom(topic));
        Tell($"{_acknowledged.Count} acknowledged, {topic.Records.Count} in the topic, {report.Verdicts}");
    }

    private async Task<AuditDocument> MustPassAuditAsync()
    {
        var audit = await AgainAsync(client => client.SendAsync<AuditDocument>(HttpMethod.Post, "/v1/audit", null, default));
        Assert.True(audit.FindingsCount == 0, $"{audit.FindingsCount} findings:\n{string.Join('\n', audit.Findings)}");
        return audit;
    }

    /// <summary>What must be true after any fault, and the invoices are those of the run that nobody disturbed.</summary>
    public async Task MustEndAsUndisturbedAsync()
    {
        await MustBeSoundAsync();
        var expected = await _fixture.UndisturbedAsync(Seed);
        var invoices = await InvoicesAsync();
        Assert.Equal(expected.Keys, invoices.Keys);
        foreach (var (number, json) in expected) Assert.Equal(json, invoices[number]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _begun) server.Dispose();
        Client?.Dispose();
        _http.Dispose();
        _kafkaSender?.Dispose();
        _acknowledged.Dispose();
        _folder.Dispose();
        if (_ownsDatabase) _fixture.Postgres.ReturnDatabase(Database);
        await Task.CompletedTask;
    }

    private static string LastLines(RatingProcess? server) => string.Join('\n', $"{server}".Split('\n').TakeLast(40));

    // Nothing measures it: it is suspended, and bills nothing.
    private UsageBatch Nobodys(int? partition) => new(partition, [.. Enumerable.Range(0, 10).Select(_ => FaultUsage.Sms($"nobody {_nobodys++}", FaultUsage.InMarch, partition is { } place ? FaultUsage.KeyOfPartition(place) : null, "no.such.meter"))]);

    private string ClockFile => _folder.File("clock");

    private async Task MustLiveAsync()
    {
        if (!Server.HasEnded) return;
        Died();
        await StartAsync();
    }

    private void Died()
    {
        Tell($"the server died: {Server.Error.TrimEnd().Split('\n')[^1]}");
        OnDeath?.Invoke();
    }
}
