using NodaTime.Text;
using Rating.Engine.Views;

namespace Rating.Server.Documents;

/// <summary>A running charge: priced, not invoiced.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Account">Who is billed.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Plan">The plan of the latest open period.</param>
/// <param name="Period">The earliest period that is not sealed; null when all are.</param>
/// <param name="AsOf">The day up to which recurring charges in arrears have accrued.</param>
/// <param name="LatestEventTime">The time of the latest event that counts.</param>
/// <param name="Lag">How far it is behind the log.</param>
/// <param name="Charge">The running charge: the sum of all lines, decimal text.</param>
/// <param name="Lines">The lines of all open periods.</param>
/// <param name="Meters">What the meters counted in the earliest open period.</param>
/// <param name="Periods">Each open period that has begun, the earliest first, with its own lines and figures.</param>
internal sealed record BalanceDocument(
    string Subscription, string Account, string Currency, string Plan, PeriodDocument? Period, string AsOf, string? LatestEventTime, LagDocument Lag, string Charge,
    IReadOnlyList<LineDocument> Lines, IReadOnlyList<MeterFigureDocument> Meters, IReadOnlyList<OpenPeriodDocument> Periods)
{
    /// <summary>The document of a running charge.</summary>
    public static BalanceDocument Of(BalanceView balance)
    {
        var periods = balance.Periods.Select(period => OpenPeriodDocument.Of(period, balance.Currency)).ToList();
        return new BalanceDocument(
            balance.Subscription.Value, balance.Account.Value, balance.Currency.Code, balance.Plan, periods.FirstOrDefault()?.Period, LocalDatePattern.Iso.Format(balance.AsOf),
            balance.LatestEventTime is { } latest ? InstantPattern.ExtendedIso.Format(latest) : null, new LagDocument(balance.LagRecords), balance.Charge.ToText(),
            [.. periods.SelectMany(period => period.Lines)], periods.FirstOrDefault()?.Meters ?? [], periods);
    }
}
