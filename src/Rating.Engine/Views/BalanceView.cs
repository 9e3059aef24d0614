using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Engine.Views;

/// <summary>A subscription's running charge: priced, not invoiced.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Account">Who is billed.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Plan">The plan of the latest open period.</param>
/// <param name="Periods">The open periods that have begun, the earliest first.</param>
/// <param name="AsOf">The day up to which recurring charges in arrears have accrued.</param>
/// <param name="LatestEventTime">The time of the latest event that counts; null before the first.</param>
/// <param name="LagRecords">How many records of the log are not in it yet.</param>
public sealed record BalanceView(SubscriptionId Subscription, AccountId Account, Currency Currency, string Plan, IReadOnlyList<OpenPeriod> Periods, LocalDate AsOf, Instant? LatestEventTime, long LagRecords)
{
    /// <summary>The book change up to which it is.</summary>
    public long BookSequence { get; init; }

    /// <summary>The running charge.</summary>
    public Money Charge => Periods.SelectMany(period => period.Lines).Aggregate(Money.Zero(Currency), (sum, line) => sum + line.Amount);
}
