using NodaTime;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>What an engine runs in. The suites say what an engine promises, wherever it runs: in one process here, as grains of two silos in <c>Rating.Orleans.Tests</c>, which compiles the same files.</summary>
internal interface IEngineRuntime
{
    /// <summary>For how many times as long as in one process a round of a test takes: so much fewer are played.</summary>
    int RoundTakes { get; }

    /// <summary>Starts engines on a log and a store. Where there are several, each is asked in turn: they answer as one.</summary>
    Task<IReadOnlyList<RatingEngine>> StartAsync(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock);

    /// <summary>Stops them gracefully. Others may be started then.</summary>
    Task StopAsync();
}
