using NodaTime;
using Rating.Domain.Billing;

namespace Rating.Domain.Pricing;

/// <summary>What a plan is for a while from a subscription's start on: a trial, an introductory price, a step of a ramp.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">How long it lasts, in days, weeks, months or years; null when it lasts for <paramref name="Periods"/>.</param>
/// <param name="Periods">How many billing periods it lasts.</param>
/// <param name="Revision">What is charged meanwhile.</param>
/// <param name="Quantities">Quantities that take the place of the subscription's meanwhile.</param>
public sealed record PlanPhase(string Name, Period? Length, int Periods, PlanRevision Revision, IReadOnlyDictionary<string, Quantity> Quantities)
{
    /// <summary>The day on which it is over, having begun on a day.</summary>
    public LocalDate EndOf(LocalDate from, BillingSchedule schedule) => Length is { } length ? from.Plus(length) : schedule.Period(schedule.NumberOf(from) + Periods).Start;
}
