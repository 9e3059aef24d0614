using NodaTime;

namespace Rating.Domain.Invoicing;

/// <summary>What an account owes for one cycle in one currency. Immutable: it is stored once, with its number.</summary>
public sealed record Invoice
{
    /// <summary>Whose it is.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>Its number, without gaps per tenant.</summary>
    public required string Number { get; init; }

    /// <summary>The account that is billed.</summary>
    public required AccountId Account { get; init; }

    /// <summary>Its place: one invoice exists per account, cycle and currency. <c>2026-04-01</c>, <c>activation/SUB</c> or <c>supplementary/SUB/2026-05-01</c>.</summary>
    public required string Cycle { get; init; }

    /// <summary>The day that it bears.</summary>
    public required LocalDate Date { get; init; }

    /// <summary>The currency of all its lines.</summary>
    public required Currency Currency { get; init; }

    /// <summary>The sum of the lines of its subscriptions' snapshots.</summary>
    public required Money Charges { get; init; }

    /// <summary>The lines of each subscription's snapshot; none where they are only in the document (docs/formats.md).</summary>
    public IReadOnlyList<InvoiceSection> Sections { get; init; } = [];

    /// <summary>The lines of the account.</summary>
    public IReadOnlyList<AccountLine> AccountLines { get; init; } = [];

    /// <summary>What its subscriptions shared.</summary>
    public IReadOnlyList<PoolUse> Pools { get; init; } = [];

    /// <summary>Its taxes; null where no taxes are worked out.</summary>
    public TaxOutcome? Taxes { get; init; }

    /// <summary>What it takes of credits.</summary>
    public IReadOnlyList<CreditUse> Credits { get; init; } = [];

    /// <summary>The book change up to which the account and the taxes were read; null where they did not matter.</summary>
    public long? BookSequence { get; init; }

    /// <summary>The sum of its rounded lines and the taxes on top of them.</summary>
    public Money Total => AccountLines.Aggregate(Charges + (Taxes?.OnTop ?? Money.Zero(Currency)), (sum, line) => sum + line.Line.Amount);

    /// <summary>All taxes, on top or in the prices.</summary>
    public Money Tax => Taxes?.Lines.Aggregate(Money.Zero(Currency), (sum, tax) => sum + tax.Amount) ?? Money.Zero(Currency);

    /// <summary>What is still to be paid.</summary>
    public Money Due => Credits.Where(credit => !credit.IsBeforeTax).Aggregate(Total, (due, credit) => due - credit.Amount);
}
