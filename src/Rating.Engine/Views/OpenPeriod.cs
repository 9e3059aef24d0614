using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Engine.Views;

/// <summary>A period that is not sealed, with what it costs so far.</summary>
/// <param name="Period">The period.</param>
/// <param name="Lines">What it costs, late differences of earlier periods included.</param>
/// <param name="Usage">What was used in it.</param>
/// <param name="UsageCharge">What that costs, whether some of it is billed or not.</param>
public sealed record OpenPeriod(BillingPeriod Period, IReadOnlyList<PricedLine> Lines, PeriodUsage Usage, Money UsageCharge);
