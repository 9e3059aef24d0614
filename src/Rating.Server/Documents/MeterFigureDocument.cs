using System.Text.Json;
using Rating.Domain.Usage;

namespace Rating.Server.Documents;

/// <summary>What one meter counted.</summary>
/// <param name="Revision">The plan revision in force.</param>
/// <param name="Meter">The meter's key.</param>
/// <param name="Aggregation">How it makes one figure of many values.</param>
/// <param name="Dimensions">The dimensions, <c>name=value;name=value</c>.</param>
/// <param name="Count">How many events.</param>
/// <param name="Figure">The figure that is priced, decimal text.</param>
internal sealed record MeterFigureDocument(int Revision, string Meter, string Aggregation, string Dimensions, long Count, string Figure)
{
    /// <summary>The figures of a usage.</summary>
    public static IReadOnlyList<MeterFigureDocument> Of(PeriodUsage usage) => [.. usage.Meters.Select(pair => new MeterFigureDocument(
        pair.Key.Revision, pair.Key.Meter, JsonNamingPolicy.CamelCase.ConvertName(pair.Key.Aggregation.ToString()), pair.Key.Dimensions, pair.Value.Count,
        pair.Value.Figure(pair.Key.Aggregation).ToString()))];
}
