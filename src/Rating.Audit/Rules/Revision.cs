namespace Rating.Audit.Rules;

/// <summary>What a plan, or one of its phases, says: the same number means the same content.</summary>
internal sealed record Revision(int Number, Plan Plan, IReadOnlyList<Charge> Charges, IReadOnlyList<Allowance> Allowances, Phase? Phase)
{
    public bool UsageIsFree => Phase?.UsageIsFree == true;
}
