namespace Rating.Server.Documents;

/// <summary>Usage of an earlier period that came after its seal.</summary>
/// <param name="Period">The period in which it was used.</param>
/// <param name="Usage">The usage.</param>
internal sealed record LateUsageDocument(PeriodDocument Period, UsageDocument Usage);
