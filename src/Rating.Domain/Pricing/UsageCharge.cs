using Rating.Domain.Billing;
using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>A charge for what a meter counts.</summary>
public abstract class UsageCharge : Charge
{
    /// <summary>The meter.</summary>
    public required Meter Meter { get; init; }

    /// <summary>Only usage whose dimensions have these values, such as <c>direction=outbound</c>; empty for all.</summary>
    public required IReadOnlyList<string> Where { get; init; }

    /// <summary>The least that it costs; null for none. Set once, by whoever reads the plan.</summary>
    public Commitment? Minimum { get; set; }

    /// <summary>The most that it costs; null for none. Set once, by whoever reads the plan.</summary>
    public Commitment? Maximum { get; set; }

    /// <summary>Whether usage with these dimensions (as <see cref="Meter.DimensionsOf"/> writes them) is for this charge.</summary>
    public bool Covers(string dimensions)
    {
        if (Where.Count == 0) return true;
        foreach (var wanted in Where)
        {
            var found = false;
            foreach (var part in dimensions.AsSpan().Split(';'))
                if (dimensions.AsSpan(part).SequenceEqual(wanted)) found = true;
            if (!found) return false;
        }

        return true;
    }
}
