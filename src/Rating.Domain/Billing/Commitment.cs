namespace Rating.Domain.Billing;

/// <summary>The least or the most that a period costs: what is missing is charged, what is beyond is taken off.</summary>
/// <param name="Amount">For a whole period.</param>
/// <param name="IsProrated">Whether a part of a period counts for its days.</param>
/// <param name="Charges">The charges of a plan that count; empty for all.</param>
public sealed record Commitment(Money Amount, bool IsProrated, IReadOnlyList<string> Charges);
