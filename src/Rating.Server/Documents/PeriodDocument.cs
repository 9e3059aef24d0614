namespace Rating.Server.Documents;

/// <summary>A billing period.</summary>
/// <param name="Number">Its number on the subscription's schedule.</param>
/// <param name="Start">The first day.</param>
/// <param name="End">The day after the last.</param>
/// <param name="StartInstant">The first moment.</param>
/// <param name="EndInstant">The moment after the last.</param>
internal sealed record PeriodDocument(int Number, string Start, string End, string? StartInstant = null, string? EndInstant = null);
