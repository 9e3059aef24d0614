using Rating.Loadtest.World;

namespace Rating.Loadtest.Local;

/// <summary>The figures of <c>loadtest local</c>, in their order.</summary>
internal static class LocalFigures
{
    private static readonly (string Name, Func<Options, IAsyncEnumerable<Figure>> Measure)[] All =
        [
            ("engine", EngineAlone.MeasureAsync), ("import", Importing.MeasureAsync),
            ("idle", options => IdleMemory.MeasureAsync(options, () => Task.FromResult(Place.OnSqlite()))), ("many", options => ManySubscriptions.MeasureAsync(options, () => "")),
        ];

    /// <summary>Measures those that are asked for.</summary>
    public static async IAsyncEnumerable<Figure> MeasureAsync(Options options)
    {
        foreach (var (name, measure) in All)
        {
            if (!options.Wants(name)) continue;
            Progress.Say($"{name} ...");
            await foreach (var figure in measure(options)) yield return figure;
        }
    }
}
