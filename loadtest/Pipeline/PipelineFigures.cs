using Rating.Loadtest.Local;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>The figures of <c>loadtest pipeline</c>, in their order: rows of DESIGN.md 9 on Kafka and PostgreSQL.</summary>
internal static class PipelineFigures
{
    private static readonly (string[] Rows, Func<Bench, Options, IAsyncEnumerable<Figure>> Measure)[] All =
        [
            (["1", "2"], Throughput.MeasureAsync), (["4"], Queries.MeasureAsync),
            (["6"], (bench, options) => IdleMemory.MeasureAsync(options, () => Place.OnKafkaAsync(bench.Outside))),
            (["7"], Restart.MeasureAsync),
            (["8"], (bench, options) => ManySubscriptions.MeasureAsync(options, () => bench.Outside.Postgres.ConnectionString(bench.Outside.Postgres.CreateDatabase()))),
            (["9"], NaiveCopy.MeasureAsync),
        ];

    /// <summary>Measures those that are asked for.</summary>
    public static IAsyncEnumerable<Figure> MeasureAsync(Options options) => Bench.MeasureAsync(All, options);
}
