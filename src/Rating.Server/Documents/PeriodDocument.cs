using NodaTime.Text;
using Rating.Domain.Billing;

namespace Rating.Server.Documents;

/// <summary>A billing period.</summary>
/// <param name="Number">Its number on the subscription's schedule.</param>
/// <param name="Start">The first day.</param>
/// <param name="End">The day after the last.</param>
internal sealed record PeriodDocument(int Number, string Start, string End)
{
    /// <summary>The document of a period.</summary>
    public static PeriodDocument Of(BillingPeriod period) => new(period.Number, LocalDatePattern.Iso.Format(period.Start), LocalDatePattern.Iso.Format(period.End));
}
