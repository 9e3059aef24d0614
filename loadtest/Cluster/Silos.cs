using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Cluster;

/// <summary>Silos of one cluster, each a process, over one topic and one database.</summary>
internal sealed class Silos : IDisposable
{
    private readonly TopicRun _run;
    private readonly List<Silo> _silos = [];

    private Silos(TopicRun run) => _run = run with { IsSilo = true };

    /// <summary>Those that live.</summary>
    public IReadOnlyList<Silo> All => _silos;

    public static async Task<Silos> StartAsync(TopicRun run, int count)
    {
        var silos = new Silos(run);
        for (var i = 0; i < count; i++) await silos.AddAsync();
        return silos;
    }

    /// <summary>One more. It is there when its partitions are.</summary>
    public async Task<Silo> AddAsync()
    {
        var process = new ChildProcess(ServedEngine.Kind, _run);
        var silo = new Silo(process, new Uri(await process.AnswerAsync<string>()));
        _silos.Add(silo);
        foreach (var one in _silos.ToList()) await one.ReadyAsync();
        return silo;
    }

    /// <summary>How many ended by themselves: on a busy machine a silo that does not answer in time is declared dead.</summary>
    public int Fallen { get; private set; }

    /// <summary>Puts others in the place of those that ended by themselves.</summary>
    public async Task ReplaceFallenAsync()
    {
        for (var fallen = _silos.FindAll(silo => silo.Process.HasEnded); fallen.Count > 0; fallen = _silos.FindAll(silo => silo.Process.HasEnded))
        {
            Fallen += fallen.Count;
            _silos.RemoveAll(fallen.Contains);
            foreach (var silo in fallen)
            {
                silo.Dispose();
                await AddAsync();
            }
        }
    }

    /// <summary>Kills one with SIGKILL.</summary>
    public void Kill(Silo silo)
    {
        _silos.Remove(silo);
        silo.Process.Kill();
        silo.Dispose();
    }

    /// <summary>Lets one go as SIGTERM does, and waits until it has gone.</summary>
    public Task StopAsync(Silo silo)
    {
        _silos.Remove(silo);
        return Task.Run(silo.Dispose);
    }

    public void Dispose()
    {
        foreach (var silo in _silos) silo.Dispose();
    }

    /// <summary>One of them.</summary>
    internal sealed class Silo(ChildProcess process, Uri url) : IDisposable
    {
        private readonly HttpClient _http = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };

        public ChildProcess Process { get; } = process;

        public HttpClient Http => _http;

        /// <summary>Waits until it says that it is ready, or has ended.</summary>
        public async Task ReadyAsync()
        {
            while (!Process.HasEnded)
            {
                try
                {
                    using var answer = await _http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                    if (answer.IsSuccessStatusCode) return;
                }
                catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
                {
                    // Not just now.
                }

                await Task.Delay(50);
            }
        }

        public void Dispose()
        {
            Process.Dispose();
            _http.Dispose();
        }
    }
}
