namespace Rating.Orleans.Tests.Processes;

/// <summary>One process of a cluster.</summary>
internal sealed class ClusterNode(string name, RatingProcess server) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    public string Name { get; } = name;

    public RatingProcess Server { get; } = server;

    public string Url { get; private set; } = "";

    /// <summary>Its address among the silos, as it says when it has joined.</summary>
    public string Silo => Server.Error.Split('\n').First(line => line.Contains(" is a member of cluster ", StringComparison.Ordinal)).Split(" silo ")[1].Split(' ')[0];

    /// <summary>Waits until it answers with a loaded engine.</summary>
    public async Task ReadyAsync() => Url = await Server.ReadyAsync() ?? throw new ProcessFailure($"{Name} ended.\n{Server}");

    /// <summary>Waits until it says that it is ready.</summary>
    public Task HealthyAsync() => Until.SoAsync($"{Name} is ready", async () =>
    {
        if (Server.HasEnded) throw new ProcessFailure($"{Name} ended.\n{Server}");
        try
        {
            using var ready = await _http.GetAsync($"{Url}/health/ready");
            return ready.IsSuccessStatusCode;
        }
        catch (Exception gone) when (gone is HttpRequestException or System.Net.Sockets.SocketException or TaskCanceledException)
        {
            return false;
        }
    });

    public void Dispose()
    {
        Server.Dispose();
        _http.Dispose();
    }
}
