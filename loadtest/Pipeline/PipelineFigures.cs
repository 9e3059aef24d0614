namespace Rating.Loadtest.Pipeline;

/// <summary>The figures of <c>loadtest pipeline</c>, in their order: rows of DESIGN.md 9 on Kafka and PostgreSQL.</summary>
internal static class PipelineFigures
{
    private static readonly (string[] Rows, Func<Outside, Options, IAsyncEnumerable<Figure>> Measure)[] All =
        [(["1", "2"], Throughput.MeasureAsync)];

    /// <summary>Measures those that are asked for.</summary>
    public static async IAsyncEnumerable<Figure> MeasureAsync(Options options)
    {
        using var outside = await Outside.StartAsync();
        foreach (var (rows, measure) in All)
        {
            if (!options.Wants(rows)) continue;
            Progress.Say($"{string.Join(", ", rows)} ...");
            await foreach (var figure in measure(outside, options)) yield return figure;
        }
    }
}
