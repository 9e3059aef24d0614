using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>What is sold to an account: an append-only history of terms with effective days, in one time zone, on one billing schedule.</summary>
/// <remarks>A value, made when it is asked for: of many subscriptions only ids and account are their own. <c>default</c> has no terms and is of no use.</remarks>
/// <param name="Id">Its id.</param>
/// <param name="Account">Who is billed.</param>
/// <param name="Terms">What is agreed.</param>
public readonly record struct Subscription(SubscriptionId Id, AccountId Account, SubscriptionTerms Terms)
{
    /// <inheritdoc cref="SubscriptionTerms.Schedule"/>
    public BillingSchedule Schedule => Terms.Schedule;

    /// <inheritdoc cref="SubscriptionTerms.Start"/>
    public LocalDate Start => Terms.Start;

    /// <inheritdoc cref="SubscriptionTerms.End"/>
    public LocalDate? End => Terms.End;

    /// <inheritdoc cref="SubscriptionTerms.Changes"/>
    public IReadOnlyList<TermsChange> Changes => Terms.Changes;

    /// <inheritdoc cref="SubscriptionTerms.Discounts"/>
    public IReadOnlyList<Discount> Discounts => Terms.Discounts;

    /// <inheritdoc cref="SubscriptionTerms.Alerts"/>
    public IReadOnlyList<Alert> Alerts => Terms.Alerts;

    /// <inheritdoc cref="SubscriptionTerms.Agreed"/>
    public string Agreed => Terms.Agreed;

    /// <inheritdoc cref="SubscriptionTerms.ServiceAddress"/>
    public string ServiceAddress => Terms.ServiceAddress;

    /// <summary>The first moment at which usage counts.</summary>
    public Instant StartInstant => Schedule.Zone.StartOf(Start);

    /// <summary>The moment from which usage no longer counts; null while it has no end.</summary>
    public Instant? EndInstant => End is { } end ? Schedule.Zone.StartOf(end) : null;

    /// <summary>The number of its first period.</summary>
    public int FirstPeriod => Schedule.NumberOf(Start);

    /// <summary>The number of its last period; null while it has no end.</summary>
    public int? LastPeriod => End is { } end ? Schedule.NumberOf(end <= Start ? Start : end.PlusDays(-1)) : null;

    /// <summary>Whether it is in force at a moment.</summary>
    public bool IsActiveAt(Instant moment) => moment >= StartInstant && !(EndInstant is { } end && moment >= end);

    /// <summary>The terms in force on a day: the last change that begins on or before it, the later recorded one of the same day.</summary>
    public TermsChange TermsOn(LocalDate day)
    {
        var best = Changes[0];
        foreach (var change in Changes)
            if (change.From <= day && change.From >= best.From) best = change;
        return best;
    }

    /// <summary>Since when it has had the plan of a day without interruption: the first of the consecutive changes with this plan; its first change counts from its start.</summary>
    public LocalDate PlanSince(LocalDate day)
    {
        var plan = TermsOn(day).Plan;
        var since = Start;
        var isOther = false;
        // Of changes of one day the last one recorded counts; before the first change, it holds from the start.
        foreach (var from in Changes.Where(change => change.From <= day).Select(change => change.From).Distinct().Order())
        {
            var isSame = string.Equals(TermsOn(from).Plan, plan, StringComparison.Ordinal);
            if (isSame && isOther) since = from;
            isOther = !isSame;
        }

        return since;
    }
}
