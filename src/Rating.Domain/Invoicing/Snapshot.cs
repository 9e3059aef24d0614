using NodaTime;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Domain.Invoicing;

/// <summary>What one subscription owes for one sealed period, with the usage that it was priced from. Made once, never changed.</summary>
public sealed record Snapshot
{
    /// <summary>Whose it is.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>The subscription.</summary>
    public required SubscriptionId Subscription { get; init; }

    /// <summary>The account that is billed.</summary>
    public required AccountId Account { get; init; }

    /// <summary>Why it was made.</summary>
    public required SnapshotKind Kind { get; init; }

    /// <summary>Of a progress snapshot: which of its period, 1, 2, ...; else 0.</summary>
    public int Step { get; init; }

    /// <summary>Of a progress snapshot: the day on which it was made.</summary>
    public LocalDate? Day { get; init; }

    /// <summary>The period that was sealed; of an activation the first one, of a supplementary one its place after the last.</summary>
    public required BillingPeriod Period { get; init; }

    /// <summary>The book change up to which terms and prices were read, for this period now and for late usage of it later.</summary>
    public required long BookSequence { get; init; }

    /// <summary>The period's own usage.</summary>
    public required PeriodUsage Usage { get; init; }

    /// <summary>Usage of earlier periods that came after their seal, by period number.</summary>
    public required IReadOnlyDictionary<int, PeriodUsage> LateUsage { get; init; }

    /// <summary>What is owed.</summary>
    public required IReadOnlyList<PricedLine> Lines { get; init; }

    /// <summary>The currency of all its lines.</summary>
    public required Currency Currency { get; init; }

    /// <summary>The sum of its rounded lines.</summary>
    public Money Total => Lines.Aggregate(Money.Zero(Currency), (sum, line) => sum + line.Amount);
}
