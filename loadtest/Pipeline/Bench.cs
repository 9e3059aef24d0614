using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>What the figures of one run share: broker and database, customers, the topic of evenly used subscriptions, and how fast it is rated at most.</summary>
internal sealed class Bench(Outside outside, Options options)
{
    private readonly Dictionary<int, string> _customers = [];
    private (string Topic, int Records)? _warm, _even;
    private double? _maximum;

    public Outside Outside { get; } = outside;

    /// <summary>Measures those of a list of figures that are asked for, on one bench.</summary>
    public static async IAsyncEnumerable<Figure> MeasureAsync((string[] Rows, Func<Bench, Options, IAsyncEnumerable<Figure>> Measure)[] all, Options options)
    {
        using var outside = await Outside.StartAsync();
        var bench = new Bench(outside, options);
        foreach (var (rows, measure) in all)
        {
            if (!options.Wants(rows)) continue;
            Progress.Say($"{string.Join(", ", rows)} ...");
            await foreach (var figure in measure(bench, options)) yield return figure;
        }
    }

    /// <summary>How many subscriptions there are.</summary>
    public int Subscriptions { get; } = options.Quick ? 20_000 : 100_000;

    /// <summary>A database in which the customers are; to be copied.</summary>
    public Task<string> CustomersAsync() => CustomersAsync(Subscriptions);

    /// <summary>The same with another number of subscriptions.</summary>
    public async Task<string> CustomersAsync(int subscriptions)
    {
        if (_customers.TryGetValue(subscriptions, out var database)) return database;
        database = _customers[subscriptions] = await Outside.OnboardAsync(subscriptions);
        Progress.Say($"  {subscriptions:N0} subscriptions onboarded");
        return database;
    }

    /// <summary>The topic of evenly used subscriptions.</summary>
    public async Task<TopicRun> EvenAsync()
    {
        var records = options.Quick ? 200_000 : 1_000_000;
        _even ??= (await Outside.TopicAsync(new UsageMaker(Subscriptions, isZipf: false, 1), records), records);
        return await RunAsync(_even.Value.Topic, _even.Value.Records);
    }

    /// <summary>How a process is told to work through a topic, after a smaller one: so that no figure is one of the compiler.</summary>
    public async Task<TopicRun> RunAsync(string topic, int records)
    {
        const int WarmRecords = 100_000;
        _warm ??= (await Outside.TopicAsync(new UsageMaker(options.Quick ? 2_000 : 10_000, isZipf: false, 99), WarmRecords), WarmRecords);
        return new TopicRun(Outside.Kafka.Bootstrap, topic, records, _warm.Value.Topic, _warm.Value.Records);
    }

    /// <summary>Gives an engine its databases: copies of the customers'.</summary>
    public TopicRun WithDatabases(TopicRun run, string customers) =>
        run with { Database = Outside.CopyDatabase(customers), WarmDatabase = run.WarmTopic.Length > 0 ? Outside.CopyDatabase(customers) : "" };

    /// <summary>Row 1's numerator has been measured.</summary>
    public void MaximumIs(double perSecond) => _maximum = perSecond;

    /// <summary>How many records per second are rated at most: as row 1 measured it, else measured now.</summary>
    public async Task<double> MaximumAsync()
    {
        var even = await EvenAsync();
        return _maximum ??= even.Records / (await Throughput.RatedAsync(this, even)).Outcome.Seconds;
    }
}
