using Rating.Domain.Billing;
using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>A charge for what a meter counts.</summary>
public abstract class UsageCharge : Charge
{
    /// <summary>The meter.</summary>
    public required Meter Meter { get; init; }

    /// <summary>Only usage whose dimensions have these values, such as <c>direction=outbound</c>; empty for all.</summary>
    public required IReadOnlyList<DimensionMatch> Where { get; init; }

    /// <summary>The dimensions for each combination of which there is a line of its own; empty for one line.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = [];

    /// <summary>Whether it looks at single events, so that they are kept.</summary>
    public virtual bool NeedsEvents => false;

    /// <summary>The least that a period of it costs; null for none. Set once, by whoever reads the plan.</summary>
    public Commitment? PeriodMinimum { get; set; }

    /// <summary>The most that a period of it costs; null for none. Set once, by whoever reads the plan.</summary>
    public Commitment? PeriodMaximum { get; set; }

    /// <summary>Whether usage with these dimensions (as <see cref="Meter.DimensionsOf"/> writes them) is for this charge.</summary>
    public virtual bool Covers(string dimensions)
    {
        for (var i = 0; i < Where.Count; i++)
            if (!Where[i].Fits(dimensions)) return false;
        return true;
    }

    /// <summary>The group to which usage with these dimensions belongs: <c>name=value;name=value</c>, in the meter's order.</summary>
    public string GroupOf(string dimensions) => GroupBy.Count == 0
        ? ""
        : string.Join(';', dimensions.Split(';').Where(part => GroupBy.Contains(part[..part.IndexOf('=', StringComparison.Ordinal)], StringComparer.Ordinal)));
}
