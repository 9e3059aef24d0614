namespace Rating.Loadtest.Local;

/// <summary>The figures of <c>loadtest local</c>, in their order.</summary>
internal static class LocalFigures
{
    public static IReadOnlyList<(string Name, Func<Options, IAsyncEnumerable<Figure>> Measure)> All { get; } =
        [("engine", EngineAlone.MeasureAsync), ("import", Importing.MeasureAsync), ("idle", IdleMemory.MeasureAsync), ("many", ManySubscriptions.MeasureAsync)];
}
