namespace Rating.Audit.Rules;

/// <summary>A trial or a phase: what holds in place of the plan for some time from the subscription's first day on.</summary>
internal sealed record Phase(PhaseLength Length, IReadOnlyList<Charge> Charges, IReadOnlyList<Allowance> Allowances, IReadOnlyDictionary<string, Fraction> Quantities, bool UsageIsFree, bool IsTrial);
