using Rating.Domain.Billing;

namespace Rating.Domain.Invoicing;

/// <summary>What is agreed with an account beside its subscriptions: it matters when an invoice is made.</summary>
public sealed record AccountTerms
{
    /// <summary>Nothing special.</summary>
    public static AccountTerms None { get; } = new();

    /// <summary>Where it is taxed, for subscriptions without a service address.</summary>
    public string TaxAddress { get; init; } = "";

    /// <summary>Taxes that it does not pay.</summary>
    public IReadOnlyList<TaxExemption> Exemptions { get; init; } = [];

    /// <summary>Types of taxes that it owes itself.</summary>
    public IReadOnlyList<string> ReverseCharge { get; init; } = [];

    /// <summary>Discounts on its invoices.</summary>
    public IReadOnlyList<Discount> Discounts { get; init; } = [];

    /// <summary>Its credits.</summary>
    public IReadOnlyList<CreditGrant> Credits { get; init; } = [];

    /// <summary>The least that an invoice of a cycle is.</summary>
    public Commitment? Minimum { get; init; }

    /// <summary>The most that it is.</summary>
    public Commitment? Maximum { get; init; }
}
