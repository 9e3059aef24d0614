using System.Globalization;
using Rating.Tests.Contracts;

namespace Rating.Tests.Faults;

/// <summary>What the fault tests share: a PostgreSQL, a mock Kafka of three brokers, and per seed the invoices of the run that nobody disturbed.</summary>
public sealed class FaultFixture : IAsyncLifetime
{
    private readonly Dictionary<int, Task<SortedDictionary<string, string>>> _undisturbed = [];
    private MockKafka? _kafka;
    private int _topics;

    public PostgresServer Postgres { get; } = new();

    public MockKafka Kafka => _kafka ?? throw new InvalidOperationException("No mock Kafka on this machine.");

    /// <summary><c>RATING_SEED</c>, else always the same.</summary>
    public static int Seed { get; } = Number("RATING_SEED", 20260301);

    /// <summary>A short list; <c>RATING_ROUNDS=30</c> is the long run.</summary>
    public static int Rounds { get; } = Number("RATING_ROUNDS", 1);

    /// <summary>Whether this is the long run: faults last as long as they are meant to.</summary>
    public static bool IsLong => Rounds >= 30;

    public async Task InitializeAsync()
    {
        if (FaultFactAttribute.Missing is null) _kafka = await MockKafka.StartAsync(3);
    }

    public Task DisposeAsync()
    {
        _kafka?.Dispose();
        Postgres.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A new topic's name.</summary>
    public string NewTopic() => $"faults-{Interlocked.Increment(ref _topics)}";

    /// <summary>The invoices of a seed's usage when nothing goes wrong; a run that did not come to its end is made again.</summary>
    internal Task<SortedDictionary<string, string>> UndisturbedAsync(int seed)
    {
        lock (_undisturbed) return _undisturbed.TryGetValue(seed, out var known) && known is { IsFaulted: false, IsCanceled: false } ? known : _undisturbed[seed] = RunAsync(seed);
    }

    private async Task<SortedDictionary<string, string>> RunAsync(int seed)
    {
        await using var world = await FaultWorld.MakeAsync(this, seed);
        await world.StartAsync();
        await world.SetUpAsync();
        await world.RunMarchAsync();
        await world.RunAprilAsync();
        await world.MustBeSoundAsync();
        var invoices = await world.InvoicesAsync();
        Assert.Equal(2 * FaultUsage.Accounts, invoices.Count);
        var verdicts = (await world.ReconciliationAsync()).Verdicts;
        Assert.True(verdicts is { Rated: > 500, Late: > 10, NotBillable: > 10, Duplicate: > 10, Suspended: > 10, Rejected: > 5 }, $"The usage has not all that it should have: {verdicts}");
        return invoices;
    }

    private static int Number(string variable, int otherwise) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
