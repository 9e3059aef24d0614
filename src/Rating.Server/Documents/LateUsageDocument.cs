namespace Rating.Server.Documents;

/// <summary>Usage of an earlier period that came after its seal.</summary>
/// <param name="Period">The period in which it was used.</param>
/// <param name="Usage">The usage.</param>
internal sealed record LateUsageDocument(LatePeriodDocument Period, UsageDocument Usage);

/// <summary>A period by its number.</summary>
/// <param name="Number">Its number on the subscription's schedule.</param>
internal sealed record LatePeriodDocument(int Number);
