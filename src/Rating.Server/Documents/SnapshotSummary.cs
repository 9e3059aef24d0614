using NodaTime.Text;
using Rating.Domain.Invoicing;
using Rating.Engine.Documents;

namespace Rating.Server.Documents;

/// <summary>A snapshot in short.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Kind">period, activation, supplementary or progress/1, progress/2, ...</param>
/// <param name="Period">The period.</param>
/// <param name="Total">The sum of its lines, decimal text.</param>
/// <param name="Currency">The currency.</param>
internal sealed record SnapshotSummary(string Subscription, string Kind, PeriodDocument Period, string Total, string Currency)
{
    /// <summary>The short form of a snapshot.</summary>
    public static SnapshotSummary Of(Snapshot snapshot) => new(
        snapshot.Subscription.Value, BillingDocuments.NameOf(snapshot), new PeriodDocument(snapshot.Period.Number, LocalDatePattern.Iso.Format(snapshot.Period.Start), LocalDatePattern.Iso.Format(snapshot.Period.End)), snapshot.Total.ToText(), snapshot.Currency.Code);
}
