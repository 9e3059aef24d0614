using Rating.Loadtest.Pipeline;

namespace Rating.Loadtest.Cluster;

/// <summary>The figures of <c>loadtest cluster</c>, in their order.</summary>
internal static class ClusterFigures
{
    private static readonly (string[] Rows, Func<Bench, Options, IAsyncEnumerable<Figure>> Measure)[] All = [
            (["3"], GrainPerRecord.MeasureAsync), (["one-silo"], OneSilo.MeasureAsync), (["balance"], ClusterQueries.MeasureAsync), (["account"], LargeAccount.MeasureAsync), (["outage"], Outages.MeasureAsync), (["deaths"], Deaths.MeasureAsync),
        ];

    /// <summary>Measures those that are asked for.</summary>
    public static IAsyncEnumerable<Figure> MeasureAsync(Options options) => Bench.MeasureAsync(All, options);
}
