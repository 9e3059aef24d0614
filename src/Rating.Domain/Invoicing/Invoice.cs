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

    /// <summary>The lines of each subscription's snapshot.</summary>
    public required IReadOnlyList<InvoiceSection> Sections { get; init; }

    /// <summary>The sum of its rounded lines.</summary>
    public Money Total => Sections.SelectMany(section => section.Lines).Aggregate(Money.Zero(Currency), (sum, line) => sum + line.Amount);
}
