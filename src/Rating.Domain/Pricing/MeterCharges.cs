using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>A meter with the charges of one plan that are on it.</summary>
public sealed record MeterCharges(Meter Meter, UsageCharge[] Charges);
