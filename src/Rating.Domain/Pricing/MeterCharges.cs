using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>A meter with the charges of one plan that are on it.</summary>
/// <param name="Meter">The meter.</param>
/// <param name="Charges">The charges, in the plan's order.</param>
/// <param name="NeedsEvents">Whether one of them looks at single events.</param>
public sealed record MeterCharges(Meter Meter, UsageCharge[] Charges, bool NeedsEvents);
