using System.Text.Json;
using Rating.Domain.Invoicing;

namespace Rating.Server.Documents;

/// <summary>A snapshot in short.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Kind">period, activation or supplementary.</param>
/// <param name="Period">The period.</param>
/// <param name="Total">The sum of its lines, decimal text.</param>
/// <param name="Currency">The currency.</param>
internal sealed record SnapshotSummary(string Subscription, string Kind, PeriodDocument Period, string Total, string Currency)
{
    /// <summary>The short form of a snapshot.</summary>
    public static SnapshotSummary Of(Snapshot snapshot) => new(
        snapshot.Subscription.Value, JsonNamingPolicy.CamelCase.ConvertName(snapshot.Kind.ToString()), PeriodDocument.Of(snapshot.Period), snapshot.Total.ToText(), snapshot.Currency.Code);
}
