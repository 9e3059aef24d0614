using System.Diagnostics;
using System.Globalization;

namespace Rating.TestKit;

/// <summary>A mock Kafka in a process of its own, and the channel through which a test makes it fail.</summary>
public sealed class MockKafka : IDisposable
{
    private readonly Process _process;
    private readonly SemaphoreSlim _gate = new(1);

    private MockKafka(Process process, string bootstrap, int brokers) => (_process, Bootstrap, Brokers) = (process, bootstrap, brokers);

    /// <summary>Where it listens, as <c>bootstrap.servers</c> wants it.</summary>
    public string Bootstrap { get; }

    /// <summary>The process that it runs in; for measuring.</summary>
    public int ProcessId => _process.Id;

    /// <summary>How many brokers it has; they are numbered from 1.</summary>
    public int Brokers { get; }

    /// <summary>Starts one.</summary>
    public static async Task<MockKafka> StartAsync(int brokers)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
            ArgumentList = { typeof(MockKafka).Assembly.Location, "mock-kafka", $"{brokers}" },
        };
        var process = Process.Start(start)!;
        var bootstrap = await process.StandardOutput.ReadLineAsync();
        return bootstrap is null ? throw new InvalidOperationException("The mock Kafka did not start.") : new MockKafka(process, bootstrap, brokers);
    }

    /// <summary>Creates a topic.</summary>
    public Task CreateTopicAsync(string topic, int partitions) => TellAsync($"topic {topic} {partitions}");

    /// <summary>Cuts all connections to a broker, and refuses new ones until it is up again.</summary>
    public Task DownAsync(int broker) => TellAsync($"down {broker}");

    /// <summary>Lets a broker be reached again.</summary>
    public Task UpAsync(int broker) => TellAsync($"up {broker}");

    /// <summary>Delays each answer of a broker.</summary>
    public Task LatencyAsync(int broker, int latencyMs) => TellAsync($"latency {broker} {latencyMs}");

    /// <summary>Makes another broker the leader of a partition.</summary>
    public Task LeaderAsync(string topic, int partition, int broker) => TellAsync($"leader {topic} {partition} {broker}");

    /// <summary>Deletes the records of a partition before an offset, as retention does.</summary>
    public Task DeleteAsync(string topic, int partition, long before) => TellAsync($"delete {topic} {partition} {before}");

    /// <summary>The next requests of a kind (Kafka's API key: 0 produce, 1 fetch, 2 list offsets) fail with these error codes, in this order.</summary>
    public Task ErrorsAsync(short request, params int[] errors) => TellAsync($"errors {request} {string.Join(' ', errors)}");

    /// <summary>Errors of a kind of request that did not happen yet will not happen.</summary>
    public Task ClearErrorsAsync(short request) => TellAsync($"clear {request}");

    /// <summary>What is said about a topic when it is asked for: an error code; 0 again when it is well.</summary>
    public Task TopicErrorAsync(string topic, int error) => TellAsync($"topic-error {topic} {error}");

    /// <summary>Puts a proxy in front of a broker: clients are told to find it at the proxy's port from now on.</summary>
    public Task ProxyAsync(int broker, TcpProxy proxy) => TellAsync($"advertise {broker} {proxy.Port}");

    /// <summary>The port at which a broker itself listens.</summary>
    public int PortOf(int broker) => int.Parse(Bootstrap.Split(',')[broker - 1].Split(':')[1], CultureInfo.InvariantCulture);

    /// <summary>Ends it, with all that it holds.</summary>
    public void Dispose()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }

        _process.Dispose();
        _gate.Dispose();
    }

    private async Task TellAsync(string command)
    {
        await _gate.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(command);
            await _process.StandardInput.FlushAsync();
            if (await _process.StandardOutput.ReadLineAsync() is not "ok" and var answer) throw new InvalidOperationException($"The mock Kafka answered \"{command}\" with: {answer}");
        }
        finally
        {
            _gate.Release();
        }
    }
}
