using Rating.Domain.Billing;

namespace Rating.Domain.Pricing;

/// <summary>What earlier periods have left behind when a period starts.</summary>
/// <param name="Held">Levels of time-weighted meters.</param>
/// <param name="Left">Free units that may still be used.</param>
public sealed record PeriodStart(HeldLevels Held, IReadOnlyList<AllowanceGrant> Left)
{
    /// <summary>Nothing.</summary>
    public static PeriodStart Empty { get; } = new(HeldLevels.None, []);
}
