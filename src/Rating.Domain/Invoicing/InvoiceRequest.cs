namespace Rating.Domain.Invoicing;

/// <summary>What an invoice is made from.</summary>
public sealed record InvoiceRequest
{
    /// <summary>The snapshots of its cycle, in the order of their sections; without the lines and the usage that nothing agreed with the account looks at.</summary>
    public required IReadOnlyList<Snapshot> Snapshots { get; init; }

    /// <summary>The sum of all their lines.</summary>
    public required Money Charges { get; init; }

    /// <summary>What is agreed with the account.</summary>
    public required AccountTerms Account { get; init; }

    /// <summary>Whether it is the invoice of a cycle of periods: commitments and discounts of the account are for these.</summary>
    public required bool IsOfCycle { get; init; }

    /// <summary>How amounts are rounded.</summary>
    public required RoundingMode Rounding { get; init; }

    /// <summary>Where a subscription's service is; empty when it says nothing.</summary>
    public required Func<SubscriptionId, string> ServiceAddress { get; init; }

    /// <summary>A snapshot's subscription, as it was then.</summary>
    public required Func<Snapshot, Billing.Subscription> Subscription { get; init; }

    /// <summary>The terms that a snapshot was priced with.</summary>
    public required Func<Snapshot, Pricing.PeriodTerms> Terms { get; init; }

    /// <summary>What earlier invoices of the account took of a credit.</summary>
    public required Func<string, Money> CreditUsed { get; init; }
}
